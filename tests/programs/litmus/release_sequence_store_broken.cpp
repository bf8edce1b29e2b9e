// expect: fail kind=data-race
// A relaxed store of another thread ends the release sequence: the value passes on, the ordering does not.
#include <atomic>
#include <cassert>
#include <thread>

int payload;
std::atomic<int> stage{0};

int main() {
  std::thread producer([] {
    payload = 7;
    stage.store(1, std::memory_order_release);
  });
  std::thread helper([] {
    if (stage.load(std::memory_order_relaxed) == 1) stage.store(2, std::memory_order_relaxed);
  });
  if (stage.load(std::memory_order_acquire) == 2) {
    assert(payload == 7);
  }
  producer.join();
  helper.join();
}
