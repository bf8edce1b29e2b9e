// expect: fail kind=assertion
// compilers: gcc clang
// Message passing where the payload is atomic as well: no race, but a stale payload may be read after the flag.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> payload{0};
std::atomic<bool> ready{false};

int main() {
  std::thread producer([] {
    payload.store(42, std::memory_order_relaxed);
    ready.store(true, std::memory_order_relaxed);
  });
  if (ready.load(std::memory_order_relaxed)) {
    assert(payload.load(std::memory_order_relaxed) == 42);
  }
  producer.join();
}
