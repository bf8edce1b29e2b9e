// y = 2 is last in y's modification order, and x = 1 is still not seen.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};
int seen = 0;  // of x

int main() {
  std::thread other([] {
    x.store(1, std::memory_order_release);
    y.store(1, std::memory_order_release);
  });
  y.store(2, std::memory_order_release);
  seen = x.load(std::memory_order_acquire);
  other.join();
  assert(!(y == 2 && seen == 0) && "whoever overwrote y = 1 sees x");
}
