// expect: pass complete
// The kernel fills global variables, in every execution anew.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <atomic>
#include <thread>

struct stat status;
rlimit limit;
utsname machine;
char place[4096];
std::atomic<int> count{0};

int main() {
  std::thread t([] { count.fetch_add(1); });
  if (status.st_mode != 0 || place[0] != 0 || machine.sysname[0] != 0) return 1;
  if (stat("/", &status) != 0 || !S_ISDIR(status.st_mode)) return 2;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == 0) return 3;
  if (uname(&machine) != 0 || machine.sysname[0] != 'L') return 4;
  if (!getcwd(place, sizeof place) || place[0] != '/') return 5;
  count.fetch_add(1);
  t.join();
}
