// expect: pass complete
// A handler runs at raise, in the thread that raises; the mask delays it.
#include <csignal>
#include <thread>

volatile std::sig_atomic_t handled = 0;

int main() {
  struct sigaction action = {};
  action.sa_handler = [](int) { handled = handled + 1; };
  struct sigaction old;
  if (sigaction(SIGUSR1, &action, &old) != 0 || old.sa_handler != SIG_DFL) return 1;
  std::thread t([] { std::raise(SIGUSR1); });
  t.join();
  if (handled != 1) return 2;
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::raise(SIGUSR1);
  if (handled != 1) return 3;
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  if (handled != 2) return 4;
  std::signal(SIGTERM, SIG_IGN);
  std::raise(SIGTERM);
  return 0;
}
