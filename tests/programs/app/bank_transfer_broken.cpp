// expect: fail kind=deadlock pattern=lock-order-inversion
// flags: -O0
// compilers: gcc clang
// Transfers between two accounts lock the source first: opposite transfers deadlock.
#include <mutex>
#include <thread>

struct Account {
  std::mutex m;
  int balance = 100;
};

void transfer(Account& from, Account& to, int amount) {
  std::lock_guard first(from.m);
  std::lock_guard second(to.m);
  from.balance -= amount;
  to.balance += amount;
}

int main() {
  Account x, y;
  std::thread t([&] { transfer(x, y, 10); });
  transfer(y, x, 30);
  t.join();
}
