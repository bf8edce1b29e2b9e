// One at a time, but the second one need not see what the first one did.
#include <atomic>
#include <thread>

std::atomic<bool> locked{false};
int counter = 0;

void lock() {
  while (locked.exchange(true, std::memory_order_relaxed)) {
  }
}

void unlock() { locked.store(false, std::memory_order_relaxed); }

void work() {
  lock();
  ++counter;
  unlock();
}

int main() {
  std::thread other(work);
  work();
  other.join();
}
