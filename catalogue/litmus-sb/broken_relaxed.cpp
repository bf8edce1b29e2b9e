// Store buffering: both loads may come before both stores.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};
int saw_x = 0, saw_y = 0;

int main() {
  std::thread other([] {
    x.store(1, std::memory_order_relaxed);
    saw_y = y.load(std::memory_order_relaxed);
  });
  y.store(1, std::memory_order_relaxed);
  saw_x = x.load(std::memory_order_relaxed);
  other.join();
  assert((saw_x == 1 || saw_y == 1) && "one of them sees the other");
}
