// The pair is written as a pair.
#include <cassert>
#include <mutex>
#include <thread>

std::mutex mutex;
int x = 0, y = 0;

void write(int both) {
  std::lock_guard lock(mutex);
  x = both;
  y = both;
}

int main() {
  std::thread other(write, 1);
  write(2);
  other.join();
  assert(x == y && "both by the same thread");
}
