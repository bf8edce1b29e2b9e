// expect: fail kind=assertion pattern=time-of-check-to-time-of-use
// flags: -O2
// compilers: gcc clang
// Check and withdrawal are each under the lock, but not both under one: the account is overdrawn.
#include <cassert>
#include <mutex>
#include <thread>

std::mutex m;
int balance = 100;

int read_balance() {
  std::lock_guard lock(m);
  return balance;
}

void withdraw(int amount) {
  if (read_balance() >= amount) {
    std::lock_guard lock(m);
    balance -= amount;
  }
}

int main() {
  std::thread a(withdraw, 80);
  std::thread b(withdraw, 80);
  a.join();
  b.join();
  assert(balance >= 0);
}
