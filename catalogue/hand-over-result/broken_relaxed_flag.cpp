// The flag is atomic, and says nothing of the value beside it.
#include <atomic>
#include <cassert>
#include <thread>

int result = 0;
std::atomic<bool> ready{false};

int main() {
  std::thread worker([] {
    result = 42;
    ready.store(true, std::memory_order_relaxed);
  });
  while (!ready.load(std::memory_order_relaxed)) std::this_thread::yield();
  assert(result == 42);
  worker.join();
}
