// expect: fail kind=data-race
// flags: -O2
// Both fences are there, but the writer's stands after its flag store, where it releases nothing.
#include <atomic>
#include <cassert>
#include <thread>

int payload;
std::atomic<int> ready{0};

int main() {
  std::thread producer([] {
    payload = 42;
    ready.store(1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
  });
  if (ready.load(std::memory_order_relaxed) == 1) {
    std::atomic_thread_fence(std::memory_order_acquire);
    assert(payload == 42);
  }
  producer.join();
}
