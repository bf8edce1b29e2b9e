// expect: fail kind=deadlock
// The waker's bits do not include the waiter's.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <thread>

std::atomic<int> word{0};

int main() {
  std::thread t([] {
    word.store(1);
    syscall(SYS_futex, &word, FUTEX_WAKE_BITSET_PRIVATE, 1, nullptr, nullptr, 1);
  });
  if (word.load() == 0) syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 0, nullptr, nullptr, 2);
  t.join();
}
