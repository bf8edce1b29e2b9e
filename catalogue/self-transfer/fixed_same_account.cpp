// One account: nothing to do, and nothing to lock.
#include <cassert>
#include <functional>
#include <mutex>
#include <thread>

struct Account {
  std::mutex mutex;
  int balance = 100;
};

void transfer(Account& from, Account& to, int amount) {
  if (&from == &to) return;
  const bool from_first = std::less<>()(&from, &to);
  const std::lock_guard first(from_first ? from.mutex : to.mutex);
  const std::lock_guard second(from_first ? to.mutex : from.mutex);
  from.balance -= amount;
  to.balance += amount;
}

int main() {
  Account alice, bob;
  std::thread other([&] { transfer(bob, alice, 5); });
  transfer(alice, alice, 10);
  other.join();
  assert(alice.balance == 105 && bob.balance == 95);
}
