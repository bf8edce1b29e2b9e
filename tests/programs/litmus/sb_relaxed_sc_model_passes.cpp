// expect: pass complete
// options: --memory-model sc
// The relaxed store buffering program under the sc model, which knows interleavings only.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};
int r1, r2;

int main() {
  std::thread a([] {
    x.store(1, std::memory_order_relaxed);
    r1 = y.load(std::memory_order_relaxed);
  });
  y.store(1, std::memory_order_relaxed);
  r2 = x.load(std::memory_order_relaxed);
  a.join();
  assert(r1 == 1 || r2 == 1);
}
