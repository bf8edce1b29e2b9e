// Two increments; with BROKEN defined, nothing orders them.
#include <cassert>
#include <mutex>
#include <thread>

int counter = 0;
std::mutex counter_mutex;

void increment() {
#ifndef BROKEN
  std::lock_guard lock(counter_mutex);
#endif
  ++counter;
}

int main() {
  std::thread other(increment);
  increment();
  other.join();
  assert(counter == 2);
}
