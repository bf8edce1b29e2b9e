// expect: unsupported
// A thread of its own waits for signals.
#include <csignal>
#include <thread>

int main() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::thread t([&] {
    int signal;
    sigwait(&set, &signal);
  });
  t.join();
}
