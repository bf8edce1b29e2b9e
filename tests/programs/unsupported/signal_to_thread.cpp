// expect: unsupported
// One thread interrupts another with a signal that has a handler.
#include <pthread.h>

#include <csignal>
#include <thread>

volatile std::sig_atomic_t handled = 0;

int main() {
  std::signal(SIGUSR1, [](int) { handled = 1; });
  std::thread t([main_thread = pthread_self()] { pthread_kill(main_thread, SIGUSR1); });
  t.join();
}
