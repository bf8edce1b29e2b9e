#include "lockstep/sync/ordered_mutex.h"

#include "lockstep/sync/misuse.h"
#include "sync/diagnostics.h"

namespace lockstep::sync::internal {
namespace {

struct Level {
  const void* lock;
  int level;
  stack_trace taken;
};
constexpr int kMostLevels = 16;
thread_local Level levels[kMostLevels];
thread_local int held = 0;

}  // namespace

void enter_level(const void* lock, int level, bool waits) {
  if (waits) {
    for (int i = 0; i < held; ++i) {
      if (levels[i].level < level) continue;
      stack_trace now;
      now.capture();
      report_misuse(lock, "ordered_mutex",
                    "level " + std::to_string(level) + " is taken while a lock of level " +
                        std::to_string(levels[i].level) + " is held, taken at\n" + text_of(levels[i].taken) +
                        "  and now\n" + text_of(now));
    }
  }
  if (held == kMostLevels) report_misuse(lock, "ordered_mutex", "a thread holds more than 16 of them");
  levels[held].lock = lock;
  levels[held].level = level;
  levels[held].taken.capture();
  ++held;
}

void leave_level(const void* lock) noexcept {
  for (int i = held; i-- > 0;) {
    if (levels[i].lock != lock) continue;
    for (; i + 1 < held; ++i) levels[i] = levels[i + 1];
    --held;
    return;
  }
}

}  // namespace lockstep::sync::internal
