// expect: pass
// tags: spin
// Drepper's three-state futex mutex: 0 free, 1 held, 2 held with waiters.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> word{0};
int counter;

void lock() {
  int c = 0;
  if (word.compare_exchange_strong(c, 1)) return;
  if (c != 2) c = word.exchange(2);
  while (c != 0) {
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 2, nullptr, nullptr, 0);
    c = word.exchange(2);
  }
}

void unlock() {
  if (word.exchange(0) == 2) syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

void increment() {
  lock();
  ++counter;
  unlock();
}

int main() {
  std::thread t(increment);
  increment();
  t.join();
  assert(counter == 2);
}
