// Raw system calls: futex is understood (that is how atomic::wait, std::counting_semaphore and std::barrier sleep),
// others are passed on.
#include <errno.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hooks/clocks.h"
#include "hooks/hook.h"
#include "program/sync.h"

using namespace lockstep::runtime;
using sync::Mode;

namespace {

long result_of(i64 value) {
  if (value < 0 && value > -4096) {
    errno = static_cast<int>(-value);
    return -1;
  }
  return value;
}

long failed(int error) { return result_of(-error); }

u64 futex_deadline(int operation, const timespec* when, bool absolute) {
  if (!absolute) return program.now() + clocks::nanoseconds(*when);
  return clocks::deadline(operation & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC, *when);
}

long futex(Thread& t, u64 word, int operation, u32 value, u64 fourth, u64 target, u32 bits, u64 pc) {
  const timespec* when = reinterpret_cast<const timespec*>(fourth);
  int command = operation & FUTEX_CMD_MASK;
  switch (command) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET: {
      if (word & 3) return failed(EINVAL);
      if (when && !clocks::valid(when)) return failed(EINVAL);
      u64 deadline = when ? futex_deadline(operation, when, command == FUTEX_WAIT_BITSET) : kNever;
      u32 mask = command == FUTEX_WAIT_BITSET ? bits : ~0u;
      int error = sync::futex_wait(t, word, value, mask, when ? Mode::kTimed : Mode::kBlock, deadline, pc);
      return error ? failed(error) : 0;
    }
    case FUTEX_WAKE:
      return sync::futex_wake(t, word, value, ~0u, 0, 0, pc);
    case FUTEX_WAKE_BITSET:
      return sync::futex_wake(t, word, value, bits, 0, 0, pc);
    case FUTEX_CMP_REQUEUE:
      if (*reinterpret_cast<const volatile u32*>(word) != bits) return failed(EAGAIN);
      [[fallthrough]];
    case FUTEX_REQUEUE:
      return sync::futex_wake(t, word, value, ~0u, static_cast<u32>(fourth), target, pc);
    default:
      program.unsupported("futex operation other than wait, wake, bitset and requeue", pc);
  }
}

}  // namespace

// More than six arguments: the number and five in registers, the last on the stack, behind the stub's frame.
LOCKSTEP_IMPLEMENTATION long lockstep_impl_syscall(long number, long a, long b, long c, long d, long e) {
  i64 f = static_cast<i64>(*reinterpret_cast<const u64*>(lockstep_entry->stack()));
  LOCKSTEP_STUB_HOOK(result_of(raw_syscall(number, a, b, c, d, e, f)));
  switch (number) {
    case SYS_futex:
      return futex(t, static_cast<u64>(a), static_cast<int>(b), static_cast<u32>(c), static_cast<u64>(d),
                   static_cast<u64>(e), static_cast<u32>(f), pc);
    case SYS_gettid:
      return 1000 + t.id;
    case SYS_sched_yield:
      sync::yield(t, pc);
      return 0;
    case SYS_getrandom:
      return getentropy(reinterpret_cast<void*>(a), static_cast<std::size_t>(b)) ? -1 : b;
    case SYS_nanosleep:
      sync::sleep_until(t, program.now() + clocks::nanoseconds(*reinterpret_cast<const timespec*>(a)), pc);
      return 0;
    case SYS_fork:
    case SYS_vfork:
    case SYS_clone:
    case SYS_clone3:
    case SYS_execve:
      program.unsupported("a process is started with syscall", pc);
    case SYS_exit:
    case SYS_exit_group:
      program.exit_process(t, static_cast<int>(a), false, pc);
    default:
      return result_of(raw_syscall(number, a, b, c, d, e, f));
  }
}
