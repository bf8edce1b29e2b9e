// expect: pass complete
// 2+2W with seq_cst stores: the outcome x == 1 and y == 1 needs a cycle in the single total order.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};

int main() {
  std::thread a([] {
    x.store(1);
    y.store(2);
  });
  std::thread b([] {
    y.store(1);
    x.store(2);
  });
  a.join();
  b.join();
  assert(!(x == 1 && y == 1));
}
