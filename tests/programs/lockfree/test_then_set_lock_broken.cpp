// expect: fail kind=data-race
// tags: spin
// A lock that looks and then stores: two threads can look before either stores.
#include <atomic>
#include <thread>

std::atomic<bool> busy{false};
int counter;

void increment() {
  while (busy.load()) {
  }
  busy.store(true);
  ++counter;
  busy.store(false);
}

int main() {
  std::thread t(increment);
  increment();
  t.join();
}
