// expect: pass complete
// compilers: gcc clang
// Message passing through a release store and an acquire load.
#include <atomic>
#include <cassert>
#include <thread>

int payload;
std::atomic<bool> ready{false};

int main() {
  std::thread producer([] {
    payload = 42;
    ready.store(true, std::memory_order_release);
  });
  if (ready.load(std::memory_order_acquire)) {
    assert(payload == 42);
  }
  producer.join();
}
