// Release and acquire pair a store with a load that reads from it. A load that reads the old value pairs with nothing.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};
int saw_x = 0, saw_y = 0;

int main() {
  std::thread other([] {
    x.store(1, std::memory_order_release);
    saw_y = y.load(std::memory_order_acquire);
  });
  y.store(1, std::memory_order_release);
  saw_x = x.load(std::memory_order_acquire);
  other.join();
  assert((saw_x == 1 || saw_y == 1) && "one of them sees the other");
}
