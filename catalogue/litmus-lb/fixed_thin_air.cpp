// 42 would justify itself: each thread copies it from the other. No implementation does that.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};

int main() {
  std::thread other([] { y.store(x.load(std::memory_order_relaxed), std::memory_order_relaxed); });
  x.store(y.load(std::memory_order_relaxed), std::memory_order_relaxed);
  other.join();
  assert(x == 0 && y == 0 && "no value out of thin air");
}
