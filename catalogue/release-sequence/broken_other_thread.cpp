// The middleman saw the flag and passes it on by a relaxed store: the reader synchronises with nobody.
#include <atomic>
#include <cassert>
#include <thread>

int data = 0;
std::atomic<int> stage{0};

int main() {
  std::thread producer([] {
    data = 42;
    stage.store(1, std::memory_order_release);
  });
  std::thread middleman([] {
    if (stage.load(std::memory_order_relaxed) == 1) stage.store(2, std::memory_order_relaxed);
  });
  if (stage.load(std::memory_order_acquire) == 2) assert(data == 42);
  producer.join();
  middleman.join();
}
