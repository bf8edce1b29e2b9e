// Two names for one mutex.
#include <cassert>
#include <mutex>
#include <thread>

struct Account {
  std::mutex mutex;
  int balance = 100;
};

void transfer(Account& from, Account& to, int amount) {
  const std::lock_guard lock_from(from.mutex);
  const std::lock_guard lock_to(to.mutex);
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
