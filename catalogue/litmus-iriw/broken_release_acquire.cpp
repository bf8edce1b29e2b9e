// Reader 1 sees x before y, reader 2 sees y before x: no common order of the two writes.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};
int x1 = 0, y1 = 0, x2 = 0, y2 = 0;  // what the two readers see

int main() {
  std::thread writes_x([] { x.store(1, std::memory_order_release); });
  std::thread writes_y([] { y.store(1, std::memory_order_release); });
  std::thread reads_x_first([] {
    x1 = x.load(std::memory_order_acquire);
    y1 = y.load(std::memory_order_acquire);
  });
  y2 = y.load(std::memory_order_acquire);
  x2 = x.load(std::memory_order_acquire);
  writes_x.join();
  writes_y.join();
  reads_x_first.join();
  assert(!(x1 == 1 && y1 == 0 && y2 == 1 && x2 == 0) && "the readers agree which write came first");
}
