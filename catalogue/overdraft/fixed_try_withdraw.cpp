// The use carries the check: nobody can look at the balance and act on it later.
#include <cassert>
#include <mutex>
#include <thread>

class Account {
 public:
  bool try_withdraw(int amount) {
    std::lock_guard lock(mutex_);
    if (balance_ < amount) return false;
    balance_ -= amount;
    return true;
  }
  int balance() {
    std::lock_guard lock(mutex_);
    return balance_;
  }

 private:
  std::mutex mutex_;
  int balance_ = 100;
};

Account account;

int main() {
  bool other_got = false;
  std::thread other([&] { other_got = account.try_withdraw(80); });
  const bool main_got = account.try_withdraw(70);
  other.join();
  assert(account.balance() >= 0 && "no overdraft");
  assert(main_got != other_got && "one of them was refused");
}
