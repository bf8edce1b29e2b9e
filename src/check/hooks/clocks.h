// Virtual time as the program's clocks show it.
#pragma once

#include <time.h>

#include "program/program.h"

namespace lockstep::runtime::clocks {

/// What the clock shows at virtual time 0, in nanoseconds.
inline u64 origin(clockid_t clock) {
  bool wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
  return wall ? kEpoch : u64{1000} * 1000000000;
}
inline u64 read(clockid_t clock) {
  ++program.clock_reads;
  return origin(clock) + program.now();
}
inline u64 nanoseconds(const timespec& t) {
  if (t.tv_sec < 0) return 0;
  // Times beyond the range of 64 bits never come.
  if (t.tv_sec > 9000000000) return kNever - 1;
  return static_cast<u64>(t.tv_sec) * 1000000000 + static_cast<u64>(t.tv_nsec);
}
/// Virtual time of an absolute time of the clock; 0 if it has passed before the execution began.
inline u64 deadline(clockid_t clock, const timespec& t) {
  u64 then = nanoseconds(t);
  return then > origin(clock) ? then - origin(clock) : 0;
}
inline timespec split(u64 ns) { return {static_cast<time_t>(ns / 1000000000), static_cast<long>(ns % 1000000000)}; }
inline bool valid(const timespec* t) { return t && t->tv_nsec >= 0 && t->tv_nsec < 1000000000; }

}  // namespace lockstep::runtime::clocks
