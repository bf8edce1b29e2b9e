// expect: fail kind=data-race
// Since C++20 a later relaxed store of the releasing thread itself no longer continues its release sequence.
#include <atomic>
#include <cassert>
#include <thread>

int payload;
std::atomic<int> stage{0};

int main() {
  std::thread producer([] {
    payload = 7;
    stage.store(1, std::memory_order_release);
    stage.store(2, std::memory_order_relaxed);
  });
  if (stage.load(std::memory_order_acquire) == 2) {
    assert(payload == 7);
  }
  producer.join();
}
