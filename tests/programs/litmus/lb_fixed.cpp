// expect: pass complete
// Load buffering: rc11 keeps program order and reads-from acyclic, so both loads cannot read 1.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};
int r1, r2;

int main() {
  std::thread a([] {
    r1 = x.load(std::memory_order_relaxed);
    y.store(1, std::memory_order_relaxed);
  });
  r2 = y.load(std::memory_order_relaxed);
  x.store(1, std::memory_order_relaxed);
  a.join();
  assert(!(r1 == 1 && r2 == 1));
}
