// expect: pass complete
// compilers: gcc clang
// Message passing through relaxed accesses with a release fence before the store and an acquire fence after the load.
#include <atomic>
#include <cassert>
#include <thread>

int payload;
std::atomic<int> ready{0};

int main() {
  std::thread producer([] {
    payload = 42;
    std::atomic_thread_fence(std::memory_order_release);
    ready.store(1, std::memory_order_relaxed);
  });
  if (ready.load(std::memory_order_relaxed) == 1) {
    std::atomic_thread_fence(std::memory_order_acquire);
    assert(payload == 42);
  }
  producer.join();
}
