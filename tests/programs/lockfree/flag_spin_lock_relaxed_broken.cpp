// expect: fail kind=data-race
// tags: spin
// The same spin lock with relaxed operations excludes, but does not order.
#include <atomic>
#include <thread>

std::atomic_flag busy;
int counter;

void increment() {
  while (busy.test_and_set(std::memory_order_relaxed)) {
  }
  ++counter;
  busy.clear(std::memory_order_relaxed);
}

int main() {
  std::thread t(increment);
  increment();
  t.join();
}
