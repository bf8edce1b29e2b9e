// expect: pass complete
// compilers: gcc clang
// Coherence: two relaxed reads of one location by one thread never go backwards in its modification order.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0};

int main() {
  std::thread writer([] {
    x.store(1, std::memory_order_relaxed);
    x.store(2, std::memory_order_relaxed);
  });
  int first = x.load(std::memory_order_relaxed);
  int second = x.load(std::memory_order_relaxed);
  assert(second >= first);
  writer.join();
  assert(x.load(std::memory_order_relaxed) == 2);
}
