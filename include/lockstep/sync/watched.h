// The primitives as the checker sees them in a program that uses them: each operation is one step. Internal.
//
// How the primitives work is proved apart: the programs below tests/sync/check are compiled with LOCKSTEP_SYNC_EXPLORE
// and explored through every atomic and futex of the algorithms. To explore them again in every program that uses them
// would drown it: two threads that take two mutexes twice have 26 executions when a lock is one step, and more than a
// million when it is all that stands in mutex.h. So under `lockstep check` a lock is a lock, as std::mutex is: reports
// call it by its name and say who holds it, who waits for it and in which order it was taken.
//
// What is one step: mutex, fair_mutex, shared_mutex, semaphore, condition. An event's word is what its waiters sleep
// on. All else (queues, pool, …) is explored as it is, on top of these. A wait with a stop_token looks again until
// either has come, which the checker knows how to cut; a waiting coroutine is a thread of its own that waits in its
// place.
//
// What differs from the algorithms: any waiter may be the next one, whatever the policy. So the checker sees every
// order that the primitive allows, and some more; what it proves holds.
//
// LOCKSTEP_SYNC_EXPLORE must be the same in all of a program.
// Thread safety: as the primitives.
#pragma once

#include <cerrno>
#include <coroutine>
#include <cstdint>
#include <ctime>
#include <stop_token>
#include <thread>

#include "lockstep/sync/deadline.h"
#include "lockstep/sync/executor.h"
#include "lockstep/sync/tool.h"

extern "C" {
/// The calling thread is being explored. Not so is what a test program does before and after lockstep::check: there the
/// primitives work as always.
[[gnu::weak]] int lockstep_runtime_executing();
/// What the checker's runtime offers then. `how` is made of watched::how; `until` is null for ever. 0 or an errno
/// value.
[[gnu::weak]] int lockstep_runtime_lock(const void* lock, unsigned how, clockid_t clock, const timespec* until);
[[gnu::weak]] void lockstep_runtime_unlock(const void* lock, unsigned how);
/// Does the calling thread hold it?
[[gnu::weak]] int lockstep_runtime_holds(const void* lock);
/// The number of the thread that holds it, UINT32_MAX for a coroutine, 0: nobody.
[[gnu::weak]] std::uint32_t lockstep_runtime_holder(const void* lock);
[[gnu::weak]] int lockstep_runtime_wait(const void* condition, const void* mutex, clockid_t clock,
                                        const timespec* until);
/// How many were woken.
[[gnu::weak]] std::uint32_t lockstep_runtime_notify(const void* condition, int all);
/// `permits`: what the semaphore was made with.
[[gnu::weak]] int lockstep_runtime_acquire(const void* semaphore, std::uint32_t permits, unsigned how, clockid_t clock,
                                           const timespec* until);
[[gnu::weak]] int lockstep_runtime_release(const void* semaphore, std::uint32_t permits, std::uint32_t n,
                                           std::uint32_t most);
[[gnu::weak]] std::uint32_t lockstep_runtime_permits(const void* semaphore, std::uint32_t permits);
/// A primitive ends. EBUSY: somebody waits for it.
[[gnu::weak]] int lockstep_runtime_end(const void* object);
}

namespace lockstep::sync::internal {

#ifdef LOCKSTEP_SYNC_TSAN
inline int (*const kExecuting)() = LOCKSTEP_RUNTIME(int (*)(), lockstep_runtime_executing);
#endif

class watched {
 public:
  enum how : unsigned {
    kTry = 1,     ///< do not wait
    kReader = 2,  ///< of a reader-writer lock…
    kWriter = 4,  ///< …either of which makes it one
    kWritersFirst = 8,
    kCoroutine = 16,  ///< not held by a thread: any thread may let go
  };

#if defined(LOCKSTEP_SYNC_TSAN) && !defined(LOCKSTEP_SYNC_EXPLORE)
  __attribute__((no_sanitize("thread"))) static bool on() noexcept { return kExecuting && kExecuting(); }

  /// 0, ETIMEDOUT (the deadline or the stop came first), EBUSY (kTry), EDEADLK (held by the caller).
  static int lock(const void* p, unsigned how, const deadline& until = {}, const std::stop_token& stop = {}) {
    auto* f = LOCKSTEP_RUNTIME(decltype(&lockstep_runtime_lock), lockstep_runtime_lock);
    return wait(
        [&](bool once, const timespec* when) { return f(p, how | (once ? unsigned{kTry} : 0u), until.clock(), when); },
        until, stop);
  }
  static void unlock(const void* p, unsigned how) {
    LOCKSTEP_RUNTIME(decltype(&lockstep_runtime_unlock), lockstep_runtime_unlock)(p, how);
  }
  static bool holds(const void* p) {
    return LOCKSTEP_RUNTIME(decltype(&lockstep_runtime_holds), lockstep_runtime_holds)(p) != 0;
  }
  static std::uint32_t holder(const void* p) {
    return LOCKSTEP_RUNTIME(decltype(&lockstep_runtime_holder), lockstep_runtime_holder)(p);
  }
  /// 0 or ETIMEDOUT, with the mutex held again.
  static int wait_on(const void* condition, const void* mutex, const deadline& until) {
    timespec when = until.as_timespec();
    auto* f = LOCKSTEP_RUNTIME(decltype(&lockstep_runtime_wait), lockstep_runtime_wait);
    return f(condition, mutex, until.clock(), until.is_never() ? nullptr : &when);
  }
  static std::uint32_t notify(const void* condition, bool all) {
    return LOCKSTEP_RUNTIME(decltype(&lockstep_runtime_notify), lockstep_runtime_notify)(condition, all);
  }
  static int acquire(const void* p, std::uint32_t permits, unsigned how, const deadline& until = {},
                     const std::stop_token& stop = {}) {
    auto* f = LOCKSTEP_RUNTIME(decltype(&lockstep_runtime_acquire), lockstep_runtime_acquire);
    return wait(
        [&](bool once, const timespec* when) {
          return f(p, permits, how | (once ? unsigned{kTry} : 0u), until.clock(), when);
        },
        until, stop);
  }
  static int release(const void* p, std::uint32_t permits, std::uint32_t n, std::uint32_t most) {
    return LOCKSTEP_RUNTIME(decltype(&lockstep_runtime_release), lockstep_runtime_release)(p, permits, n, most);
  }
  static std::uint32_t permits(const void* p, std::uint32_t permits) {
    return LOCKSTEP_RUNTIME(decltype(&lockstep_runtime_permits), lockstep_runtime_permits)(p, permits);
  }
  static int end(const void* p) { return LOCKSTEP_RUNTIME(decltype(&lockstep_runtime_end), lockstep_runtime_end)(p); }

  /// A coroutine waits: a thread does so for it, and then posts it.
  template <class Wait>
  static void wait_for_coroutine(Wait wait, executor_ref where, std::coroutine_handle<> coroutine) {
    std::thread([wait, where, coroutine]() mutable {
      wait();  // afterwards nothing of the coroutine's frame is touched
      where.post(coroutine);
    }).detach();
  }

 private:
  template <class Attempt>
  static int wait(Attempt&& attempt, const deadline& until, const std::stop_token& stop) {
    timespec when = until.as_timespec();
    // With a deadline every moment is tried as the one when the time is up, so the stop brings nothing new.
    if (!until.is_never() || !stop.stop_possible()) return attempt(false, until.is_never() ? nullptr : &when);
    for (;;) {
      int error = attempt(true, nullptr);
      if (error != EBUSY) return error;
      if (stop.stop_requested()) return ETIMEDOUT;
    }
  }
#else
  static constexpr bool on() noexcept { return false; }
  static int lock(const void*, unsigned, const deadline& = {}, const std::stop_token& = {}) { return 0; }
  static void unlock(const void*, unsigned) {}
  static bool holds(const void*) { return false; }
  static std::uint32_t holder(const void*) { return 0; }
  static int wait_on(const void*, const void*, const deadline&) { return 0; }
  static std::uint32_t notify(const void*, bool) { return 0; }
  static int acquire(const void*, std::uint32_t, unsigned, const deadline& = {}, const std::stop_token& = {}) {
    return 0;
  }
  static int release(const void*, std::uint32_t, std::uint32_t, std::uint32_t) { return 0; }
  static std::uint32_t permits(const void*, std::uint32_t) { return 0; }
  static int end(const void*) { return 0; }
  template <class Wait>
  static void wait_for_coroutine(Wait, executor_ref, std::coroutine_handle<>) {}
#endif
};

}  // namespace lockstep::sync::internal
