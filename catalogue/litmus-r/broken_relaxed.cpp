// Relaxed: neither the two stores nor the store and the load are ordered.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};
int seen = 0;  // of x

int main() {
  std::thread other([] {
    x.store(1, std::memory_order_relaxed);
    y.store(1, std::memory_order_relaxed);
  });
  y.store(2, std::memory_order_relaxed);
  seen = x.load(std::memory_order_relaxed);
  other.join();
  assert(!(y == 2 && seen == 0) && "whoever overwrote y = 1 sees x");
}
