// expect: fail kind=assertion
// flags: -O2
// Store buffering with release stores and acquire loads: they do not order a store before a later load.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};

int main() {
  int r1 = 0, r2 = 0;
  std::thread a([&] {
    x.store(1, std::memory_order_release);
    r1 = y.load(std::memory_order_acquire);
  });
  y.store(1, std::memory_order_release);
  r2 = x.load(std::memory_order_acquire);
  a.join();
  assert(r1 + r2 > 0);
}
