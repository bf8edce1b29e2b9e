// expect: pass complete
// compilers: gcc clang
// A one-shot event on a raw futex: the kernel compares the word before it sleeps.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> word{0};
int data;

void futex_wait(int expected) { syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0); }
void futex_wake(int count) { syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0); }

int main() {
  std::thread t([] {
    data = 1;
    word.store(1);
    futex_wake(1);
  });
  if (word.load() == 0) futex_wait(0);
  if (word.load() == 1) assert(data == 1);
  t.join();
}
