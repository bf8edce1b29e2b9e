// Each variable has its own modification order; the two need not fit together.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};

int main() {
  std::thread other([] {
    x.store(1, std::memory_order_release);
    y.store(2, std::memory_order_release);
  });
  y.store(1, std::memory_order_release);
  x.store(2, std::memory_order_release);
  other.join();
  assert(!(x == 1 && y == 1) && "somebody's second write is last");
}
