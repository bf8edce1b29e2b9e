// lock_all takes them in one order for the whole program: that of their addresses.
#include <lockstep/sync/lock_all.h>
#include <lockstep/sync/mutex.h>

#include <cassert>
#include <thread>

struct Account {
  lockstep::sync::mutex mutex;
  int balance = 100;
};

void transfer(Account& from, Account& to, int amount) {
  const auto locks = lockstep::sync::lock_all(from.mutex, to.mutex);
  from.balance -= amount;
  to.balance += amount;
}

int main() {
  Account alice, bob;
  std::thread there([&] { transfer(alice, bob, 10); });
  transfer(bob, alice, 5);
  there.join();
  assert(alice.balance == 95 && bob.balance == 105);
}
