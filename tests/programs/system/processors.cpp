// expect: pass complete
// As many workers as there are processors: two, on every machine.
#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

std::atomic<unsigned> started{0};

int main() {
  unsigned n = std::thread::hardware_concurrency();
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0 || CPU_COUNT(&set) != static_cast<int>(n)) return 1;
  if (sysconf(_SC_NPROCESSORS_ONLN) != static_cast<long>(n) || sched_getcpu() != 0) return 2;
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < n; ++i) workers.emplace_back([] { ++started; });
  for (auto& w : workers) w.join();
  return started == n ? 0 : 3;
}
