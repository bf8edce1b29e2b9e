// "Check again to be sure": both checks are over before the debit begins.
#include <cassert>
#include <mutex>
#include <thread>

class Account {
 public:
  bool covers(int amount) {
    std::lock_guard lock(mutex_);
    return balance_ >= amount;
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
  if (account.covers(amount) && account.covers(amount)) account.debit(amount);
}

int main() {
  std::thread other(withdraw, 80);
  withdraw(70);
  other.join();
  assert(account.covers(0) && "no overdraft");
}
