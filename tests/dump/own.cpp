// The library function: a deadlocked process that dumps itself by a call and on a signal. Prints "ready", then, for a
// line on standard input, the dump of the call and its status.
#include <lockstep/dump.h>
#include <sched.h>

#include <atomic>
#include <cstdio>
#include <mutex>
#include <thread>

namespace {
std::mutex first, second;
std::atomic<int> arrived = 0;
}  // namespace

int main() {
  if (!lockstep::dump_on_signal(SIGQUIT)) return 2;
  const auto take = [](std::mutex& mine, std::mutex& next) {
    std::lock_guard<std::mutex> one(mine);
    ++arrived;
    while (arrived.load() < 2) sched_yield();
    next.lock();
  };
  std::thread worker([&] { take(first, second); });
  std::thread other([&] { take(second, first); });
  std::puts("ready");
  std::fflush(stdout);
  while (std::getchar() != EOF) {
    const lockstep::dump_result r = lockstep::dump();
    std::printf("%d %s\n", r.status, r.text.substr(0, r.text.find('\n')).c_str());
    std::fflush(stdout);
  }
  _exit(0);
}
