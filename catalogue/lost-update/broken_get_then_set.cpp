// Each accessor is locked, and still the sum is computed from a value that may be out of date when it is written.
#include <cassert>
#include <mutex>
#include <thread>

class Account {
 public:
  int balance() {
    std::lock_guard lock(mutex_);
    return balance_;
  }
  void set_balance(int amount) {
    std::lock_guard lock(mutex_);
    balance_ = amount;
  }

 private:
  std::mutex mutex_;
  int balance_ = 0;
};

Account account;

void deposit(int amount) { account.set_balance(account.balance() + amount); }

int main() {
  std::thread other(deposit, 100);
  deposit(50);
  other.join();
  assert(account.balance() == 150 && "no deposit is lost");
}
