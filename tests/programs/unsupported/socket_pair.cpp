// expect: unsupported
// Two threads talk through a pair of sockets.
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

int main() {
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0) return 1;
  std::thread t([&] {
    char c;
    if (recv(fds[0], &c, 1, 0) != 1) _exit(1);
  });
  if (send(fds[1], "x", 1, 0) != 1) return 1;
  t.join();
}
