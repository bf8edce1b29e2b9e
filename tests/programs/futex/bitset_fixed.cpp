// expect: pass complete
// FUTEX_WAIT_BITSET and FUTEX_WAKE_BITSET with matching bits.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <thread>

std::atomic<int> word{0};

int main() {
  std::thread t([] {
    word.store(1);
    syscall(SYS_futex, &word, FUTEX_WAKE_BITSET_PRIVATE, 1, nullptr, nullptr, 2);
  });
  if (word.load() == 0) syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 0, nullptr, nullptr, 6);
  t.join();
}
