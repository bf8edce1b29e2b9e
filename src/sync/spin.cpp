#include "lockstep/sync/spin.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

namespace lockstep::sync::internal {
namespace {

constexpr std::int64_t kValidNanoseconds = 5'000'000;

int processors() noexcept {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return 1;
}

// The fourth field of "0.20 0.18 0.12 1/80 11206": runnable threads of the whole machine, this one among them.
// 0 if the kernel does not tell.
int runnable_threads() noexcept {
  // Kept open: opening costs more than reading. Never closed, so that the last thread to exit may still wait for a
  // lock.
  static const int file = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
  char text[128];
  ssize_t n = file < 0 ? -1 : pread(file, text, sizeof text - 1, 0);
  if (n <= 0) return 0;
  text[n] = 0;
  const char* at = text;
  for (int spaces = 0; *at && spaces < 3; ++at) spaces += *at == ' ';
  return std::atoi(at);
}

}  // namespace

void measure_load() noexcept {
  std::int64_t now = std::chrono::steady_clock::now().time_since_epoch().count();
  std::int64_t valid_until = load_valid_until.load(std::memory_order_relaxed);
  if (now < valid_until) return;
  // One thread measures, the others go on with the last result. relaxed: a hint orders nothing.
  if (!load_valid_until.compare_exchange_strong(valid_until, now + kValidNanoseconds, std::memory_order_relaxed))
    return;
  static const int kProcessors = processors();
  spinning_pays.store(kProcessors > 1 && runnable_threads() <= kProcessors, std::memory_order_relaxed);
}

}  // namespace lockstep::sync::internal
