// The class offers the operation, not its parts: read and write lie in one critical section.
#include <cassert>
#include <mutex>
#include <thread>

class Account {
 public:
  void deposit(int amount) {
    std::lock_guard lock(mutex_);
    balance_ += amount;
  }
  int balance() {
    std::lock_guard lock(mutex_);
    return balance_;
  }

 private:
  std::mutex mutex_;
  int balance_ = 0;
};

Account account;

int main() {
  std::thread other([] { account.deposit(100); });
  account.deposit(50);
  other.join();
  assert(account.balance() == 150 && "no deposit is lost");
}
