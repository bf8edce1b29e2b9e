// expect: pass complete
// compilers: gcc clang
// Check and withdrawal under one lock.
#include <cassert>
#include <mutex>
#include <thread>

std::mutex m;
int balance = 100;

void withdraw(int amount) {
  std::lock_guard lock(m);
  if (balance >= amount) balance -= amount;
}

int main() {
  std::thread a(withdraw, 80);
  std::thread b(withdraw, 80);
  a.join();
  b.join();
  assert(balance == 20);
}
