// expect: pass complete
// flags: -O2
// Each thread copies what it read to the other variable: nothing ever writes 42, so nothing reads it.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};

int main() {
  std::thread a([] { y.store(x.load(std::memory_order_relaxed), std::memory_order_relaxed); });
  x.store(y.load(std::memory_order_relaxed), std::memory_order_relaxed);
  a.join();
  assert(x == 0 && y == 0);
}
