// Public functions lock; what they share expects the lock to be held, and its name says so.
#include <cassert>
#include <mutex>
#include <thread>

class Account {
 public:
  void deposit(int amount) {
    const std::lock_guard lock(mutex_);
    balance_ += amount;
    note_locked();
  }
  void note() {
    const std::lock_guard lock(mutex_);
    note_locked();
  }
  int deposits() {
    const std::lock_guard lock(mutex_);
    return deposits_;
  }

 private:
  void note_locked() { ++deposits_; }

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
