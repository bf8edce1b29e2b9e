// expect: fail kind=crash
// A handler for crashes is installed; the crash is found all the same.
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

std::atomic<int*> pointer{nullptr};
int value = 1;

int main() {
  std::signal(SIGSEGV, [](int) { _exit(0); });
  std::thread t([] { pointer = &value; });
  int got = *pointer.load();
  t.join();
  return got == 1 ? 0 : 1;
}
