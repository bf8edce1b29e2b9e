// Two critical sections of one lock each.
#include <cassert>
#include <mutex>
#include <thread>

struct Account {
  std::mutex mutex;
  int balance = 100;
};

void change(Account& account, int amount) {
  const std::lock_guard lock(account.mutex);
  account.balance += amount;
}

void transfer(Account& from, Account& to, int amount) {
  change(from, -amount);
  change(to, amount);  // until here the money is on its way, in neither account
}

int main() {
  Account alice, bob;
  std::thread there([&] { transfer(alice, bob, 10); });
  std::thread back([&] { transfer(bob, alice, 5); });
  there.join();
  back.join();
  assert(alice.balance == 95 && bob.balance == 105);
}
