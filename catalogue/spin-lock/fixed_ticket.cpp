// Draw a number, wait until it is called.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<unsigned> next_ticket{0}, serving{0};
int counter = 0;

void lock() {
  const unsigned mine = next_ticket.fetch_add(1, std::memory_order_relaxed);
  while (serving.load(std::memory_order_acquire) != mine) {
  }
}

void unlock() { serving.store(serving.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

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
