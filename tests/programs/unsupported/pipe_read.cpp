// expect: unsupported
// One thread reads from a pipe that another writes: waiting for the outside world is not modelled.
#include <unistd.h>

#include <thread>

int main() {
  int fds[2];
  if (pipe(fds) != 0) return 1;
  std::thread t([&] {
    char c;
    if (read(fds[0], &c, 1) != 1) _exit(1);
  });
  if (write(fds[1], "x", 1) != 1) return 1;
  t.join();
}
