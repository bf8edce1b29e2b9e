// The bank transfer with both locks taken in one step: std::scoped_lock never holds one while it waits for the other,
// so the order in which a caller names the accounts does not matter.
#include <cassert>
#include <mutex>
#include <thread>

struct Account {
  explicit Account(int opening_balance) : balance(opening_balance) {}

  std::mutex mutex;
  int balance;
};

void transfer(Account& from, Account& to, int amount) {
  std::scoped_lock lock(from.mutex, to.mutex);
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
