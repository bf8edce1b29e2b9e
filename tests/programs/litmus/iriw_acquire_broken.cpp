// expect: fail kind=assertion
// Independent reads of independent writes: with acquire loads the two readers may disagree on the order of the writes.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};
int a, b, c, d;

int main() {
  std::thread w1([] { x.store(1, std::memory_order_release); });
  std::thread w2([] { y.store(1, std::memory_order_release); });
  std::thread r1([] {
    a = x.load(std::memory_order_acquire);
    b = y.load(std::memory_order_acquire);
  });
  c = y.load(std::memory_order_acquire);
  d = x.load(std::memory_order_acquire);
  w1.join();
  w2.join();
  r1.join();
  assert(!(a == 1 && b == 0 && c == 1 && d == 0));
}
