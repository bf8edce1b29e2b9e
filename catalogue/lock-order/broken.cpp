// The order of the locks is that of the arguments, and the arguments come both ways round.
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
  std::thread there([&] { transfer(alice, bob, 10); });
  std::thread back([&] { transfer(bob, alice, 5); });
  there.join();
  back.join();
  assert(alice.balance == 95 && bob.balance == 105);
}
