// A bank transfer that locks both accounts, the one it takes from first. Two transfers in opposite directions can each
// hold the lock that the other needs next: a deadlock (AB-BA).
#include <cassert>
#include <mutex>
#include <thread>

struct Account {
  explicit Account(int opening_balance) : balance(opening_balance) {}

  std::mutex mutex;
  int balance;
};

void transfer(Account& from, Account& to, int amount) {
  std::lock_guard lock_from(from.mutex);
  std::lock_guard lock_to(to.mutex);
  from.balance -= amount;
  to.balance += amount;
}

int main() {
  Account alice(100);
  Account bob(100);

  std::thread rent([&] { transfer(alice, bob, 30); });
  std::thread refund([&] { transfer(bob, alice, 10); });
  rent.join();
  refund.join();

  assert(alice.balance == 80);
  assert(bob.balance == 120);
}
