// Acquire: what follows stays inside. Release: what came before is seen by the next one.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> locked{false};
int counter = 0;

void lock() {
  while (locked.exchange(true, std::memory_order_acquire)) {
    while (locked.load(std::memory_order_relaxed)) {  // spin without taking the cache line away
    }
  }
}

void unlock() { locked.store(false, std::memory_order_release); }

void work() {
  lock();
  ++counter;
  unlock();
}

int main() {
  std::thread other(work);
  work();
  other.join();
  assert(counter == 2);
}
