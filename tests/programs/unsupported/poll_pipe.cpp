// expect: unsupported
// The program polls a pipe in which nothing is.
#include <poll.h>
#include <unistd.h>

#include <thread>

int main() {
  int fds[2];
  if (pipe(fds) != 0) return 1;
  std::thread t([&] {
    pollfd p = {fds[0], POLLIN, 0};
    poll(&p, 1, 1000);
  });
  t.join();
}
