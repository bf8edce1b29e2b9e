// fetch_add reads from the release store, so what reads from fetch_add synchronises with that store, relaxed or not.
#include <atomic>
#include <cassert>
#include <thread>

int data = 0;
std::atomic<int> stage{0};

int main() {
  std::thread producer([] {
    data = 42;
    stage.fetch_or(1, std::memory_order_release);
  });
  std::thread middleman([] { stage.fetch_or(2, std::memory_order_relaxed); });
  if ((stage.load(std::memory_order_acquire) & 1) == 1) assert(data == 42);
  producer.join();
  middleman.join();
}
