// expect: pass complete
// One thread writes a file and reads it back; another counts. Files are no obstacle, only waiting for them would be.
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <thread>

std::atomic<int> count{0};
char text[16];  // the kernel writes here

int main() {
  std::thread t([] { count.fetch_add(1); });
  char name[] = "/tmp/lockstep-corpus-XXXXXX";
  int fd = mkstemp(name);
  if (fd < 0) return 1;
  unlink(name);
  if (write(fd, "hello", 5) != 5) return 2;
  if (lseek(fd, 0, SEEK_SET) != 0) return 3;
  if (read(fd, text, sizeof text) != 5) return 4;
  if (std::memcmp(text, "hello", 6) != 0) return 5;
  close(fd);
  count.fetch_add(1);
  t.join();
  return count == 2 ? 0 : 6;
}
