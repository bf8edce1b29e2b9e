// expect: pass complete
// compilers: gcc clang
// The increment as one relaxed RMW: atomicity does not need ordering, and join orders the last read.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> counter{0};

void increment() {
  counter.fetch_add(1, std::memory_order_relaxed);
  counter.fetch_add(1, std::memory_order_relaxed);
}

int main() {
  std::thread a(increment);
  std::thread b(increment);
  a.join();
  b.join();
  assert(counter.load(std::memory_order_relaxed) == 4);
}
