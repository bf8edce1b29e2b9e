// expect: fail kind=assertion
// Write-to-read causality with relaxed accesses: the last thread sees the flag but not what the flag was raised for.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};

int main() {
  std::thread writer([] { x.store(1, std::memory_order_relaxed); });
  std::thread forwarder([] {
    if (x.load(std::memory_order_relaxed) == 1) y.store(1, std::memory_order_relaxed);
  });
  if (y.load(std::memory_order_acquire) == 1) {
    assert(x.load(std::memory_order_relaxed) == 1);
  }
  writer.join();
  forwarder.join();
}
