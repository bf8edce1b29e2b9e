// expect: pass complete
// Independent reads of independent writes, all seq_cst: the readers agree.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};
int a, b, c, d;

int main() {
  std::thread w1([] { x.store(1); });
  std::thread w2([] { y.store(1); });
  std::thread r1([] {
    a = x.load();
    b = y.load();
  });
  c = y.load();
  d = x.load();
  w1.join();
  w2.join();
  r1.join();
  assert(!(a == 1 && b == 0 && c == 1 && d == 0));
}
