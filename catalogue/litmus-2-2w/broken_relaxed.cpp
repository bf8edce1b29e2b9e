// Relaxed: the order of a thread's stores to different variables is nobody's business.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};

int main() {
  std::thread other([] {
    x.store(1, std::memory_order_relaxed);
    y.store(2, std::memory_order_relaxed);
  });
  y.store(1, std::memory_order_relaxed);
  x.store(2, std::memory_order_relaxed);
  other.join();
  assert(!(x == 1 && y == 1) && "somebody's second write is last");
}
