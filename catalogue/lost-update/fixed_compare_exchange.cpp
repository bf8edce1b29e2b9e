// An update for which there is no instruction: add, but at most to a limit.
#include <algorithm>
#include <atomic>
#include <cassert>
#include <thread>

constexpr int kLimit = 120;
std::atomic<int> balance{0};

void deposit(int amount) {
  int old = balance.load();
  // A failed exchange puts the newer value into `old`; the sum is made again from that.
  while (!balance.compare_exchange_weak(old, std::min(old + amount, kLimit))) {
  }
}

int main() {
  std::thread other(deposit, 100);
  deposit(50);
  other.join();
  assert(balance == kLimit && "both deposits count, up to the limit");
}
