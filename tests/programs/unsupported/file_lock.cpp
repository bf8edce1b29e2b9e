// expect: unsupported
// Two threads exclude each other with a lock on a file: the second one would wait in the kernel.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <mutex>
#include <thread>

std::mutex m;
int shared = 0;

int main() {
  auto work = [] {
    int fd = open("/etc/passwd", O_RDONLY);
    flock(fd, LOCK_EX);
    {
      std::lock_guard lock(m);
      ++shared;
    }
    flock(fd, LOCK_UN);
    close(fd);
  };
  std::thread a(work), b(work);
  a.join();
  b.join();
  return shared == 2 ? 0 : 1;
}
