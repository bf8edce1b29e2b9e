#include <cassert>
#include <mutex>
#include <thread>

std::mutex mutex;
int counter = 0;

int get() {
  std::lock_guard guard(mutex);
  return counter;
}

void set(int value) {
  std::lock_guard guard(mutex);
  counter = value;
}

void increment() { set(get() + 1); }

int main() {
  std::thread other(increment);
  increment();
  other.join();
  assert(get() == 2);
}
