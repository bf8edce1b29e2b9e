// The pair is written as a pair.
#include <cassert>
#include <mutex>
#include <thread>

std::mutex mutex;
int x = 0, y = 0;

void write_both(int value) {
  std::lock_guard lock(mutex);
  x = value;
  y = value;
}

int main() {
  std::thread other(write_both, 1);
  write_both(2);
  other.join();
  assert(x == y && "both by the same thread");
}
