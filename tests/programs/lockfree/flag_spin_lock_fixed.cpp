// expect: pass
// tags: spin
// compilers: gcc clang
// A spin lock of an atomic_flag with acquire and release.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic_flag busy;
int counter;

void increment() {
  while (busy.test_and_set(std::memory_order_acquire)) {
  }
  ++counter;
  busy.clear(std::memory_order_release);
}

int main() {
  std::thread t(increment);
  increment();
  t.join();
  assert(counter == 2);
}
