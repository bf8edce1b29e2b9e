// expect: fail kind=data-race
// The writer has its release fence, the reader reads the flag relaxed and has none.
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
    assert(payload == 42);
  }
  producer.join();
}
