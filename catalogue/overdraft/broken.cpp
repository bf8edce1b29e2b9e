// Each access is locked. The decision rests on a balance that may have changed when the money is taken.
#include <cassert>
#include <mutex>
#include <thread>

class Account {
 public:
  int balance() {
    std::lock_guard lock(mutex_);
    return balance_;
  }
  void debit(int amount) {
    std::lock_guard lock(mutex_);
    balance_ -= amount;
  }

 private:
  std::mutex mutex_;
  int balance_ = 100;
};

Account account;

void withdraw(int amount) {
  if (account.balance() >= amount) account.debit(amount);
}

int main() {
  std::thread other(withdraw, 80);
  withdraw(70);
  other.join();
  assert(account.balance() >= 0 && "no overdraft");
}
