// expect: unsupported
// A timer of the kernel is set: it would fire at a real time.
#include <unistd.h>

#include <csignal>
#include <thread>

int main() {
  std::signal(SIGALRM, [](int) {});
  alarm(1);
  std::thread t([] {});
  t.join();
}
