// expect: fail kind=deadlock
// Account locks through member functions: audit locks bank then account, transfer locks accounts then the bank.
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

class Bank;
class Account {
 public:
  Account(Bank& bank, int balance) : bank_(bank), balance_(balance) {}
  void withdraw(int amount);
  int balance() {
    std::lock_guard lock(mutex_);
    return balance_;
  }

 private:
  Bank& bank_;
  std::mutex mutex_;
  int balance_;
};

class Bank {
 public:
  Bank() {
    accounts_.push_back(std::make_unique<Account>(*this, 100));
    accounts_.push_back(std::make_unique<Account>(*this, 50));
  }
  int audit() {
    std::lock_guard lock(mutex_);
    int sum = 0;
    for (auto& a : accounts_) sum += a->balance();
    return sum;
  }
  void journal(int amount) {
    std::lock_guard lock(mutex_);
    entries_.push_back(amount);
  }
  Account& at(size_t i) { return *accounts_[i]; }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Account>> accounts_;
  std::vector<int> entries_;
};

void Account::withdraw(int amount) {
  std::lock_guard lock(mutex_);
  balance_ -= amount;
  bank_.journal(amount);
}

int main() {
  Bank bank;
  std::thread auditor([&] { bank.audit(); });
  std::thread customer([&] { bank.at(1).withdraw(10); });
  auditor.join();
  customer.join();
}
