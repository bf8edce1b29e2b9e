// expect: pass complete
// Signal 0 asks whether a thread is there; a thread signals itself; ignored signals may go anywhere.
#include <pthread.h>

#include <csignal>
#include <thread>

volatile std::sig_atomic_t handled = 0;

int main() {
  std::signal(SIGUSR1, [](int) { handled = handled + 1; });
  std::signal(SIGUSR2, SIG_IGN);
  std::thread t([] { pthread_kill(pthread_self(), SIGUSR1); });
  if (pthread_kill(t.native_handle(), 0) != 0) return 1;
  if (pthread_kill(t.native_handle(), SIGUSR2) != 0) return 2;
  t.join();
  return handled == 1 ? 0 : 3;
}
