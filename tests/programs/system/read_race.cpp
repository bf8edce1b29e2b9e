// expect: fail kind=data-race
// read() fills a buffer that another thread looks at without synchronisation.
#include <fcntl.h>
#include <unistd.h>

#include <thread>

char buffer[64];

int main() {
  std::thread t([] {
    int fd = open("/etc/passwd", O_RDONLY);
    if (read(fd, buffer, sizeof buffer) < 0) _exit(1);
    close(fd);
  });
  char first = buffer[0];
  t.join();
  return first == 1 ? 1 : 0;
}
