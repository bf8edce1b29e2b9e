// The look and the taking are two operations.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> locked{false};
std::atomic<int> inside{0};

void lock() {
  while (locked.load()) {
  }
  locked.store(true);
}

void unlock() { locked.store(false); }

void work() {
  lock();
  assert(++inside == 1 && "alone inside");
  --inside;
  unlock();
}

int main() {
  std::thread other(work);
  work();
  other.join();
}
