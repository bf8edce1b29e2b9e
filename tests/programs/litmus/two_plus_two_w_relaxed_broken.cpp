// expect: fail kind=assertion
// 2+2W: each thread writes both variables, in opposite order; with relaxed stores both modification orders may end with
// the first store of a thread.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};

int main() {
  std::thread a([] {
    x.store(1, std::memory_order_relaxed);
    y.store(2, std::memory_order_relaxed);
  });
  std::thread b([] {
    y.store(1, std::memory_order_relaxed);
    x.store(2, std::memory_order_relaxed);
  });
  a.join();
  b.join();
  assert(!(x == 1 && y == 1));
}
