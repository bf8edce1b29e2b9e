// "x86 is strongly ordered": all but a store and a later load. Checked under the model of x86.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};
int saw_x = 0, saw_y = 0;

int main() {
  std::thread other([] {
    x.store(1, std::memory_order_release);  // a plain mov on x86
    saw_y = y.load(std::memory_order_acquire);
  });
  y.store(1, std::memory_order_release);
  saw_x = x.load(std::memory_order_acquire);
  other.join();
  assert((saw_x == 1 || saw_y == 1) && "one of them sees the other");
}
