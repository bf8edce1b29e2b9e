// The lock is not recursive, and note() takes it again.
#include <cassert>
#include <mutex>
#include <thread>

class Account {
 public:
  void deposit(int amount) {
    const std::lock_guard lock(mutex_);
    balance_ += amount;
    note();  // waits for the lock that this very thread holds
  }
  void note() {
    const std::lock_guard lock(mutex_);
    ++deposits_;
  }
  int deposits() {
    const std::lock_guard lock(mutex_);
    return deposits_;
  }

 private:
  std::mutex mutex_;
  int balance_ = 0, deposits_ = 0;
};

int main() {
  Account account;
  std::thread other([&] { account.deposit(10); });
  account.deposit(20);
  other.join();
  assert(account.deposits() == 2);
}
