// expect: fail kind=deadlock pattern=lost-wakeup
// A futex mutex that wakes only when there are waiters, but no waiter ever counts itself: who sleeps is not woken.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <thread>

std::atomic<int> held{0}, waiters{0};

void lock() {
  while (held.exchange(1) != 0) {
    syscall(SYS_futex, &held, FUTEX_WAIT_PRIVATE, 1, nullptr, nullptr, 0);
  }
}

void unlock() {
  held.store(0);
  if (waiters.load() > 0) syscall(SYS_futex, &held, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

void work() {
  lock();
  unlock();
}

int main() {
  std::thread t(work);
  work();
  t.join();
}
