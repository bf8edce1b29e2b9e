// expect: pass complete
// Write-to-read causality: happens-before is transitive over two release/acquire pairs.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};

int main() {
  std::thread writer([] { x.store(1, std::memory_order_release); });
  std::thread forwarder([] {
    if (x.load(std::memory_order_acquire) == 1) y.store(1, std::memory_order_release);
  });
  if (y.load(std::memory_order_acquire) == 1) {
    assert(x.load(std::memory_order_relaxed) == 1);
  }
  writer.join();
  forwarder.join();
}
