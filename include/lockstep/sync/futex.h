// Sleeping in the kernel until a 32-bit word changes: all that lockstep::sync knows of the operating system and of the
// processor. A port replaces this file.
//
// Thread safety: everything may be called at any time. A wake may be addressed to a word that does not exist any more:
// it then wakes nobody, or, if the memory was used again for another word, someone who looks again and goes on
// sleeping.
// Source: Franke, Russell, Kirkwood, "Fuss, Futexes and Furwocks", OLS 2002; Drepper, "Futexes Are Tricky", 2011.
#pragma once

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdint>

#include "lockstep/sync/deadline.h"

namespace lockstep::sync {

static_assert(sizeof(std::atomic<std::uint32_t>) == 4 && std::atomic<std::uint32_t>::is_always_lock_free);

/// All waiters, whatever bits they wait for.
inline constexpr std::uint32_t kEveryBit = FUTEX_BITSET_MATCH_ANY;

enum class futex_result { woken, changed, timed_out, interrupted };

/// Sleeps while the word holds `expected`, until a wake with a common bit, the deadline or a signal. The kernel
/// compares and goes to sleep in one step, so a wake after a change of the word is never missed.
inline futex_result futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected,
                               const deadline& until = {}, std::uint32_t bits = kEveryBit) noexcept {
  timespec when = {};
  if (!until.is_never()) when = until.as_timespec();
  int operation = FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG;
  if (until.clock() == CLOCK_REALTIME) operation |= FUTEX_CLOCK_REALTIME;
  int error_before = errno;
  long failed = syscall(SYS_futex, &word, operation, expected, until.is_never() ? nullptr : &when, nullptr, bits);
  int error = failed ? errno : 0;
  errno = error_before;
  if (error == 0) return futex_result::woken;
  if (error == ETIMEDOUT) return futex_result::timed_out;
  return error == EINTR ? futex_result::interrupted : futex_result::changed;
}

/// Wakes up to `count` of the waiters that wait for one of the bits.
inline void futex_wake(const std::atomic<std::uint32_t>& word, int count = 1, std::uint32_t bits = kEveryBit) noexcept {
  int error_before = errno;
  syscall(SYS_futex, &word, FUTEX_WAKE_BITSET | FUTEX_PRIVATE_FLAG, count, nullptr, nullptr, bits);
  errno = error_before;
}
inline void futex_wake_all(const std::atomic<std::uint32_t>& word) noexcept { futex_wake(word, INT_MAX); }

/// Tells the processor that the thread spins: the sibling hyper-thread gets the pipeline, and leaving the loop is
/// cheaper.
inline void cpu_pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb" ::: "memory");
#endif
}

/// Fetches a line that the caller will soon write: in one step, where a read and then a write take two. Any address
/// will do.
inline void prefetch_to_write(const void* address) noexcept {
#if defined(__x86_64__)
  // The compilers' own builtin fetches to read unless told that the processor knows more; all of 64 bits that have not
  // got the instruction take it for none.
  asm volatile("prefetchw (%0)" ::"r"(address));
#else
  __builtin_prefetch(address, 1);
#endif
}

/// Another thread that could run on this processor runs first.
inline void let_others_run() noexcept { sched_yield(); }

/// The kernel's number of the calling thread.
inline std::uint32_t kernel_thread_id() noexcept { return static_cast<std::uint32_t>(syscall(SYS_gettid)); }

}  // namespace lockstep::sync
