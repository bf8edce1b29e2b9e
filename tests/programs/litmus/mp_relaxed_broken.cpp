// expect: fail kind=data-race pattern=unsafe-publication
// flags: -O2
// compilers: gcc clang
// Message passing with a relaxed flag: the flag orders nothing, so the plain payload is raced for.
#include <atomic>
#include <cassert>
#include <thread>

int payload;
std::atomic<bool> ready{false};

int main() {
  std::thread producer([] {
    payload = 42;
    ready.store(true, std::memory_order_relaxed);
  });
  if (ready.load(std::memory_order_relaxed)) {
    assert(payload == 42);
  }
  producer.join();
}
