// expect: pass complete
// compilers: gcc clang
// A relaxed RMW of another thread continues the release sequence, so an acquire load of its value sees the payload.
#include <atomic>
#include <cassert>
#include <thread>

int payload;
std::atomic<int> stage{0};

int main() {
  std::thread producer([] {
    payload = 7;
    stage.store(10, std::memory_order_release);
  });
  std::thread helper([] { stage.fetch_add(1, std::memory_order_relaxed); });
  if (stage.load(std::memory_order_acquire) == 11) {
    assert(payload == 7);
  }
  producer.join();
  helper.join();
}
