// Clocks and sleeps, in virtual time. Time stands still while threads run; it moves when a sleep or a timed wait ends.
#include <errno.h>
#include <sched.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "hooks/clocks.h"
#include "hooks/hook.h"
#include "program/sync.h"

using namespace lockstep::runtime;

LOCKSTEP_EXPORT int clock_gettime(clockid_t clock, timespec* now) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(clock_gettime)(clock, now));
  if (clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID) {
    *now = clocks::split(program.now());
  } else {
    *now = clocks::split(clocks::read(clock));
  }
  return 0;
}
LOCKSTEP_EXPORT int gettimeofday(timeval* now, void* zone) {
  using Function = int (*)(timeval*, void*);
  LOCKSTEP_HOOK(reinterpret_cast<Function>(real_symbol("gettimeofday"))(now, zone));
  timespec n = clocks::split(clocks::read(CLOCK_REALTIME));
  *now = {n.tv_sec, n.tv_nsec / 1000};
  return 0;
}
LOCKSTEP_EXPORT time_t time(time_t* out) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(time)(out));
  time_t now = static_cast<time_t>(clocks::read(CLOCK_REALTIME) / 1000000000);
  if (out) *out = now;
  return now;
}
LOCKSTEP_EXPORT int timespec_get(timespec* now, int base) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(timespec_get)(now, base));
  *now = clocks::split(clocks::read(CLOCK_REALTIME));
  return base;
}
LOCKSTEP_EXPORT clock_t clock() {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(clock)());
  return static_cast<clock_t>(program.now() / 1000);
}

LOCKSTEP_EXPORT int nanosleep(const timespec* length, timespec* left) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(nanosleep)(length, left));
  if (!clocks::valid(length)) {
    errno = EINVAL;
    return -1;
  }
  sync::sleep_until(t, program.now() + clocks::nanoseconds(*length), pc);
  return 0;
}
LOCKSTEP_EXPORT int clock_nanosleep(clockid_t clock, int flags, const timespec* when, timespec* left) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(clock_nanosleep)(clock, flags, when, left));
  if (!clocks::valid(when)) return EINVAL;
  u64 until = flags & TIMER_ABSTIME ? clocks::deadline(clock, *when) : program.now() + clocks::nanoseconds(*when);
  sync::sleep_until(t, until, pc);
  return 0;
}
LOCKSTEP_EXPORT int usleep(useconds_t us) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(usleep)(us));
  sync::sleep_until(t, program.now() + u64{us} * 1000, pc);
  return 0;
}
LOCKSTEP_EXPORT unsigned sleep(unsigned seconds) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(sleep)(seconds));
  sync::sleep_until(t, program.now() + u64{seconds} * 1000000000, pc);
  return 0;
}
LOCKSTEP_EXPORT int sched_yield() {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(sched_yield)());
  sync::yield(t, pc);
  return 0;
}
