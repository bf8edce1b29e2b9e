// expect: pass complete
// A handler is left with siglongjmp; the signal can be raised again.
#include <setjmp.h>

#include <csignal>
#include <thread>

sigjmp_buf back;

int main() {
  std::signal(SIGFPE, [](int) { siglongjmp(back, 1); });
  std::thread t([] {
    volatile int left = 3;
    sigsetjmp(back, 1);
    int now = left;
    left = now - 1;
    if (now > 0) std::raise(SIGFPE);
  });
  t.join();
}
