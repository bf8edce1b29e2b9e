// One order for all locks: by address. std::less compares pointers in one total order, < alone need not.
#include <cassert>
#include <functional>
#include <mutex>
#include <thread>

struct Account {
  std::mutex mutex;
  int balance = 100;
};

void transfer(Account& from, Account& to, int amount) {
  const bool from_first = std::less<>()(&from, &to);
  const std::lock_guard first(from_first ? from.mutex : to.mutex);
  const std::lock_guard second(from_first ? to.mutex : from.mutex);
  from.balance -= amount;
  to.balance += amount;
}

int main() {
  Account alice, bob;
  std::thread there([&] { transfer(alice, bob, 10); });
  std::thread back([&] { transfer(bob, alice, 5); });
  there.join();
  back.join();
  assert(alice.balance == 95 && bob.balance == 105);
}
