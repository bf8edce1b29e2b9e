// expect: pass
// tags: spin
// A ticket lock.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<unsigned> next{0}, serving{0};
int counter;

void increment() {
  unsigned mine = next.fetch_add(1, std::memory_order_relaxed);
  while (serving.load(std::memory_order_acquire) != mine) std::this_thread::yield();
  ++counter;
  serving.store(mine + 1, std::memory_order_release);
}

int main() {
  std::thread t(increment);
  increment();
  t.join();
  assert(counter == 2);
}
