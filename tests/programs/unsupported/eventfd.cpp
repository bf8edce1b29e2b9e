// expect: unsupported
// One thread wakes another through an event descriptor.
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <thread>

int main() {
  int fd = eventfd(0, 0);
  std::thread t([&] {
    std::uint64_t n;
    if (read(fd, &n, sizeof n) != sizeof n) _exit(1);
  });
  std::uint64_t one = 1;
  if (write(fd, &one, sizeof one) != sizeof one) return 1;
  t.join();
  close(fd);
}
