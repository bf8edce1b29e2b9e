// expect: pass complete
// A handler is left with siglongjmp; the signal can be raised again.
#include <setjmp.h>

#include <csignal>
#include <thread>

sigjmp_buf back;

int main() {
  std::signal(SIGFPE, [](int) { siglongjmp(back, 1); });
  std::thread t([] {
    for (volatile int i = 0; i < 3; i = i + 1) {
      if (sigsetjmp(back, 1) == 0) std::raise(SIGFPE);
    }
  });
  t.join();
}
