// The library function: a deadlocked process that dumps itself by a call and on a signal. Prints "ready", then, for a line
// on standard input, the dump of the call and its status.
#include <lockstep/dump.h>

#include <cstdio>
#include <mutex>
#include <thread>

namespace {
std::mutex first, second;
}

int main() {
  if (!lockstep::dump_on_signal(SIGQUIT)) return 2;
  std::thread worker([] {
    std::lock_guard<std::mutex> one(second);
    first.lock();
  });
  std::thread other([] {
    first.lock();
    while (second.try_lock()) second.unlock();
    second.lock();
  });
  std::puts("ready");
  std::fflush(stdout);
  while (std::getchar() != EOF) {
    const lockstep::dump_result r = lockstep::dump();
    std::printf("%d %s\n", r.status, r.text.substr(0, r.text.find('\n')).c_str());
    std::fflush(stdout);
  }
  _exit(0);
}
