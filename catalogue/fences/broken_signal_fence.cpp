// A signal fence keeps the compiler in order, for a handler on the same thread. It orders nothing between threads.
#include <atomic>
#include <cassert>
#include <thread>

int data = 0;
std::atomic<bool> ready{false};

int main() {
  std::thread producer([] {
    data = 42;
    std::atomic_signal_fence(std::memory_order_release);
    ready.store(true, std::memory_order_relaxed);
  });
  if (ready.load(std::memory_order_relaxed)) {
    std::atomic_signal_fence(std::memory_order_acquire);
    assert(data == 42);
  }
  producer.join();
}
