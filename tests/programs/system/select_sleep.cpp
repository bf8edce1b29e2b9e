// expect: pass complete
// select, poll and pselect without descriptors are sleeps, in virtual time.
#include <poll.h>
#include <sys/select.h>

#include <chrono>
#include <thread>

int main() {
  auto begun = std::chrono::steady_clock::now();
  std::thread t([] { poll(nullptr, 0, 3'000); });
  timeval hour = {3600, 0};
  select(0, nullptr, nullptr, nullptr, &hour);
  timespec minute = {60, 0};
  pselect(0, nullptr, nullptr, nullptr, &minute, nullptr);
  t.join();
  return std::chrono::steady_clock::now() - begun >= std::chrono::seconds(3660) ? 0 : 1;
}
