// expect: unsupported
// Two threads exclude each other with a lock on a file: the second one would wait in the kernel.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdlib>
#include <mutex>
#include <thread>

std::mutex m;
int shared = 0;

int main() {
  char name[] = "/tmp/lockstep-corpus-XXXXXX";
  close(mkstemp(name));
  auto work = [&] {
    int fd = open(name, O_RDWR);
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
  unlink(name);
  return shared == 2 ? 0 : 1;
}
