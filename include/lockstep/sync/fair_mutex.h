// fair_mutex: a lock that is handed over in the order of arrival.
//
//     lockstep::sync::fair_mutex m;
//     std::lock_guard lock(m);
//
// Thread safety, errors, destruction: as mutex (mutex.h); no coroutines.
//
// The word is that of mutex: holder and kParked. What differs:
//   F1  unlock() with waiters never frees the mutex: the word goes from one holder to the next, so nobody can barge in.
//   F2  a thread that finds it held or parked queues at once and spins on its own node: so the queue is in order.
//   F3  before it spins there, a thread lets those run that are ready to on its processor. Otherwise a thread that was
//       interrupted outside of the queue, on its way to lock(), would not get into it while two others that are awake
//       hand the mutex to and fro: measured with four threads on two processors, shares of 0.07 to 0.8, now mostly 0.97
//       and up.
//
//   state          | lock()           | unlock()
//   0              | -> holder        | misuse
//   holder         | queues; + parked | -> 0
//   holder + parked| queues           | pops the first waiter; -> it, + parked if there are more
//
// "Parked but not held" does not exist (F1): the last waiter that gives up clears kParked and leaves the holder.
// Memory order: as mutex; every hand-over is ordered by the node's state (release/acquire).
// Complexity: one compare-exchange each without contention; a hand-over wakes one thread, the right one.
// Source: Mellor-Crummey and Scott, "Algorithms for Scalable Synchronization on Shared-Memory Multiprocessors", 1991 (a
// queue, each waiter spins on its own node); parking_lot's FairMutex.
//
// When not to use it: where throughput counts more than order. Each hand-over to a thread that sleeps takes the time of
// a wake-up during which the mutex is held by nobody who runs; mutex lets a running thread in meanwhile.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stop_token>

#include "lockstep/sync/annotations.h"
#include "lockstep/sync/held.h"
#include "lockstep/sync/misuse.h"
#include "lockstep/sync/registry.h"
#include "lockstep/sync/waiting.h"

namespace lockstep::sync {

class LOCKSTEP_CAPABILITY("mutex") fair_mutex {
 public:
  constexpr fair_mutex() noexcept = default;
  explicit fair_mutex(const char* name) { set_name(name); }
  ~fair_mutex() {
    if (internal::watched::on()) internal::watched::end(this);
    if (word_.load(std::memory_order_relaxed) != 0) [[unlikely]]
      misused("destroyed while held or waited on");
    internal::tsan::destroy(this);
    internal::forget(this);
  }
  fair_mutex(const fair_mutex&) = delete;
  fair_mutex& operator=(const fair_mutex&) = delete;

  void set_name(const char* name) { internal::name_object(this, kKind, name); }

  void lock() LOCKSTEP_ACQUIRE() {
    if (internal::watched::on()) return static_cast<void>(internal::watched::lock(this, 0));
    std::uint32_t me = internal::thread_number();
    internal::note known = internal::note_to_acquire(this);
    if (take(me)) [[likely]] {
      internal::acquired(this, kKind, known);
    } else {
      std::int64_t since = internal::wait_begins();
      lock_slowly(me, {}, {});
      internal::acquired(this, kKind, since);
    }
    internal::tsan::locked(this);
  }
  bool try_lock() LOCKSTEP_TRY_ACQUIRE(true) {
    if (internal::watched::on()) return internal::watched::lock(this, internal::watched::kTry) == 0;
    internal::note known = internal::note_to_acquire(this);
    if (!take(internal::thread_number())) return false;
    internal::acquired(this, kKind, known);
    internal::tsan::try_locked(this);
    return true;
  }
  template <class Rep, class Period>
  bool try_lock_for(const std::chrono::duration<Rep, Period>& timeout, const std::stop_token& stop = {})
      LOCKSTEP_TRY_ACQUIRE(true) {
    return try_lock_until(deadline::after(timeout), stop);
  }
  template <class Clock, class Duration>
  bool try_lock_until(const std::chrono::time_point<Clock, Duration>& when, const std::stop_token& stop = {})
      LOCKSTEP_TRY_ACQUIRE(true) {
    return try_lock_until(deadline::at(when), stop);
  }
  bool try_lock_until(const deadline& until, const std::stop_token& stop = {}) LOCKSTEP_TRY_ACQUIRE(true) {
    if (internal::watched::on()) return internal::watched::lock(this, 0, until, stop) == 0;
    std::uint32_t me = internal::thread_number();
    internal::note known = internal::note_to_acquire(this);
    if (take(me)) {
      internal::acquired(this, kKind, known);
    } else {
      std::int64_t since = internal::wait_begins();
      if (!lock_slowly(me, until, stop)) return false;
      internal::acquired(this, kKind, since);
    }
    internal::tsan::try_locked(this);
    return true;
  }
  bool lock(const std::stop_token& stop) LOCKSTEP_TRY_ACQUIRE(true) { return try_lock_until(deadline(), stop); }

  void unlock() LOCKSTEP_RELEASE() {
    if (internal::watched::on()) return internal::watched::unlock(this, 0);
    // ThreadSanitizer is told before the word changes, so what unlock finds out must be known before.
    if (internal::kTsan && !internal::under_checker() && !held_by_this_thread()) misused("unlocked");
    internal::tsan::unlocking(this);
    std::uint32_t me = internal::thread_number();
    std::uint32_t held = me;
    internal::releasing noted(this);
    // release: the next holder sees what we did.
    if (!word_.compare_exchange_strong(held, 0, std::memory_order_release, std::memory_order_relaxed)) [[unlikely]]
      hand_over(me);
  }

  std::uint32_t holder() const noexcept {
    if (internal::watched::on()) return internal::watched::holder(this);
    return word_.load(std::memory_order_relaxed) & ~internal::kParked;
  }
  bool held_by_this_thread() const noexcept {
    if (internal::watched::on()) return internal::watched::holds(this);
    return holder() == internal::thread_number();
  }

 private:
  template <class P>
  friend internal::wait_result internal::park(P&, internal::waiter&, const deadline&, const std::stop_token&);
  static constexpr const char* kKind = "fair_mutex";
  static constexpr std::uint32_t kParked = internal::kParked;

  [[noreturn, gnu::noinline, gnu::cold]] void misused(const char* what) const {
    std::uint32_t now = holder();
    internal::report_misuse(this, kKind,
                            what + std::string(" by thread ") + std::to_string(internal::thread_number()) +
                                "; held by " + (now == 0 ? "nobody" : "thread " + std::to_string(now)));
  }
  bool take(std::uint32_t me) noexcept {
    std::uint32_t free = 0;
    // acquire: sees what the last holder did.
    return word_.compare_exchange_strong(free, me, std::memory_order_acquire, std::memory_order_relaxed);
  }
  [[gnu::noinline]] bool lock_slowly(std::uint32_t me, const deadline& until, const std::stop_token& stop) {
    if (holder() == me) misused("locked again");
    alignas(internal::kWaiterAlignment) internal::waiter w;
    w.polite = true;
    return internal::park(*this, w, until, stop) == internal::wait_result::granted;
  }
  [[gnu::noinline]] void hand_over(std::uint32_t me) {
    if (holder() != me) misused("unlocked");
    internal::woken list;
    internal::parking_queue queue(this);
    std::uint32_t next = 0;
    if (internal::waiter* w = queue.front()) {
      queue.pop(*w, list);
      next = w->thread | (queue.empty() ? 0 : kParked);
    }
    // release: for one who takes it when nobody waits any more. The last touch of the mutex.
    word_.store(next, std::memory_order_release);
  }
  bool take_or_mark(internal::waiter& w) noexcept {
    for (;;) {
      if (take(w.thread)) return true;
      std::uint32_t now = word_.load(std::memory_order_relaxed);
      if (now == 0) continue;
      // relaxed: the bit says "look into the queue", which the bucket's lock orders.
      if ((now & kParked) || word_.compare_exchange_strong(now, now | kParked, std::memory_order_relaxed)) return false;
    }
  }
  void removed(internal::parking_queue& queue, internal::woken&) noexcept {
    if (queue.empty()) internal::clear_parked(word_);
  }

  std::atomic<std::uint32_t> word_ = 0;
};

}  // namespace lockstep::sync
