// expect: fail kind=assertion pattern=time-of-check-to-time-of-use object=accounts[1]->balance|accounts[0]->balance
// What was checked in one critical section is withdrawn in another.
#include <cassert>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

struct Account {
  std::mutex lock;
  int balance = 100;
  bool covers(int amount) {
    std::lock_guard guard(lock);
    return balance >= amount;
  }
  void debit(int amount) {
    std::lock_guard guard(lock);
    balance -= amount;
  }
};

std::vector<std::unique_ptr<Account>> accounts;

void withdraw() {
  if (accounts[1]->covers(80)) accounts[1]->debit(80);
}

int main() {
  for (int i = 0; i < 2; ++i) accounts.push_back(std::make_unique<Account>());
  std::thread other(withdraw);
  withdraw();
  other.join();
  assert(accounts[1]->balance >= 0);
}
