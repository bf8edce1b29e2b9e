// mutex: a lock of four bytes for threads and coroutines, with an owner, lock-order checking and statistics, always on.
//
//     lockstep::sync::mutex m("accounts");              // the name is optional
//     { std::scoped_lock lock(m); … }                   // standard names: lock, try_lock, try_lock_for, …
//     if (m.try_lock_until(deadline::after(2ms), stop_token)) …
//     auto guard = co_await m.lock_async(executor);     // the coroutine waits, no thread does
//
// Thread safety: all members may be called by any thread, but for construction and destruction. unlock() by the thread
// that locked. A mutex may be destroyed as soon as nobody holds it or waits, also by the thread that got it last:
// unlock() does not touch the mutex after it let go.
// Errors (misuse.h): lock() by the holder, unlock() by anyone else, destruction while held or waited on.
//
// The word:
//   bits 0..29  the holder: the kernel's thread number, kCoroutine, or 0: free
//   bit  30     kWaking: a waiter was woken and has not tried yet
//   bit  31     kParked: somebody waits in the parking table
//
//   state           | lock()                        | unlock()
//   0               | -> holder                     | misuse
//   holder          | spins; then holder + parked   | -> 0
//   holder + parked | spins; waits                  | pops the first waiter; -> waking, + parked, or to the waiter
//   … + waking      | as without                    | -> without the holder, wakes nobody
//   waking, parked  | -> holder, the bits stay      | misuse
//
// Invariants: P1..P3 of parking.h. M1: a woken waiter tries again; if it finds the mutex held, that holder's unlock
// sees kParked once the waiter is queued again, so no wake is lost. M2: a waiter that was woken kVainWakes times and
// lost to others gets the mutex handed over, and so does a coroutine at once: nobody waits for ever.
// M3: kWaking is set by the holder that wakes a waiter to try, and cleared by that waiter, in the compare-exchange by
// which it takes the mutex or queues again; so at most one is on its way, and whoever unlocks meanwhile need not wake
// another, who would find the mutex taken just the same.
// Memory order: taking is acquire and letting go is release, so critical sections are ordered; everything else on the
// word is relaxed because the bucket's lock orders it. A hand-over is ordered by the node's state (release/acquire).
// Complexity: one compare-exchange each for lock and unlock when nobody else is there.
// Source: Drepper, "Futexes Are Tricky"; Pizlo, "Locking in WebKit" (barging with parking); nsync's designated waker
// (Burrows).
//
// Under `lockstep check` it is one step, seen by name and kind (watched.h).
//
// When not to use it: if order of arrival matters, fair_mutex; if most sections only read and are long, shared_mutex. A
// mutex in memory shared with another process does not work.
// Where rivals win: std::mutex has no word of diagnostics to touch, so a thread that takes a million different mutexes
// once each (every one a new chain, held.h) is quicker there. pthread's can inherit priorities.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stop_token>
#include <utility>

#include "lockstep/sync/annotations.h"
#include "lockstep/sync/held.h"
#include "lockstep/sync/lock_holders.h"
#include "lockstep/sync/misuse.h"
#include "lockstep/sync/registry.h"
#include "lockstep/sync/waiting.h"

namespace lockstep::sync {

/// A mutex held by a coroutine: what `co_await m.lock_async(…)` gives. Moves between threads with the coroutine.
template <class Mutex>
class async_guard {
 public:
  async_guard() = default;
  async_guard(Mutex& m, bool locked) : mutex_(locked ? &m : nullptr) {}
  async_guard(async_guard&& other) noexcept : mutex_(std::exchange(other.mutex_, nullptr)) {}
  async_guard& operator=(async_guard&& other) noexcept {
    if (this != &other) {
      unlock();
      mutex_ = std::exchange(other.mutex_, nullptr);
    }
    return *this;
  }
  ~async_guard() { unlock(); }
  /// False: the stop came first.
  explicit operator bool() const { return mutex_ != nullptr; }
  void unlock() {
    if (Mutex* m = std::exchange(mutex_, nullptr)) {
      internal::forget_lock_holder(m);
      m->unlock_async();
    }
  }

 private:
  Mutex* mutex_ = nullptr;
};

class LOCKSTEP_CAPABILITY("mutex") mutex {
 public:
  constexpr mutex() noexcept = default;
  /// The name is copied.
  explicit mutex(const char* name) { set_name(name); }
  ~mutex() {
    if (internal::watched::on()) internal::watched::end(this);
    if (word_.load(std::memory_order_relaxed) != 0) [[unlikely]]
      misused("destroyed while held or waited on");
    internal::tsan::destroy(this);
    internal::forget(this);
  }
  mutex(const mutex&) = delete;
  mutex& operator=(const mutex&) = delete;

  void set_name(const char* name) { internal::name_object(this, kKind, name); }

  void lock() LOCKSTEP_ACQUIRE() {
    if (internal::watched::on()) return static_cast<void>(watched_take(0, {}));
    std::uint32_t me = internal::thread_number();
    std::uint32_t free = 0;
    internal::note known = internal::note_to_acquire(this);
    // acquire: sees what the last holder did.
    if (word_.compare_exchange_strong(free, me, std::memory_order_acquire, std::memory_order_relaxed)) [[likely]] {
      internal::acquired(this, kKind, known);
    } else if ((free & kHolder) == 0 && take(me)) {
      internal::acquired(this, kKind, known);
    } else {
      std::int64_t since = internal::wait_begins();
      lock_slowly(me, since, {}, {});
      internal::acquired(this, kKind, since);
    }
    internal::tsan::locked(this);
  }

  bool try_lock() LOCKSTEP_TRY_ACQUIRE(true) {
    if (internal::watched::on()) return watched_take(internal::watched::kTry, {});
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
  /// False: the deadline passed or the stop was requested, and the lock could not be had before.
  bool try_lock_until(const deadline& until, const std::stop_token& stop = {}) LOCKSTEP_TRY_ACQUIRE(true) {
    if (internal::watched::on()) return watched_take(0, stop, until);
    std::uint32_t me = internal::thread_number();
    internal::note known = internal::note_to_acquire(this);
    if (take(me)) {
      internal::acquired(this, kKind, known);
    } else {
      std::int64_t since = internal::wait_begins();
      if (!lock_slowly(me, since, until, stop)) return false;
      internal::acquired(this, kKind, since);
    }
    internal::tsan::try_locked(this);
    return true;
  }
  /// lock(), unless the stop is requested first (false).
  bool lock(const std::stop_token& stop) LOCKSTEP_TRY_ACQUIRE(true) { return try_lock_until(deadline(), stop); }

  void unlock() LOCKSTEP_RELEASE() {
    if (internal::watched::on()) return internal::watched::unlock(this, 0);
    // ThreadSanitizer is told before the word changes, so what unlock finds out must be known before.
    if (internal::kTsan && !internal::under_checker() && !held_by_this_thread()) misused("unlocked");
    internal::tsan::unlocking(this);
    internal::releasing noted(this);
    let_go(internal::thread_number());
  }

  /// Waits as a coroutine. The guard is false if the stop came first. The holder is "a coroutine": lock orders are not
  /// followed, and the coroutine may release it on another thread.
  auto lock_async(executor_ref where, std::stop_token stop = {}) {
    return internal::async_wait<mutex, async_guard<mutex>>(*this, where, std::move(stop));
  }

  /// The kernel's number of the thread that holds it now; 0 if nobody does. Stale at once, unless it is the caller.
  std::uint32_t holder() const noexcept {
    if (internal::watched::on()) return internal::watched::holder(this) & kHolder;
    return word_.load(std::memory_order_relaxed) & kHolder;
  }
  bool held_by_this_thread() const noexcept {
    if (internal::watched::on()) return internal::watched::holds(this);
    return holder() == internal::thread_number();
  }

  /// What holder() is while a coroutine holds the mutex. No thread has this number.
  static constexpr std::uint32_t kCoroutine = (1u << 30) - 1;

 private:
  template <class, class>
  friend class internal::async_wait;
  template <class P>
  friend internal::wait_result internal::park(P&, internal::waiter&, const deadline&, const std::stop_token&);
  friend class async_guard<mutex>;
  static constexpr const char* kKind = "mutex";
  static constexpr std::uint32_t kVainWakes = 8;
  static constexpr std::uint32_t kParked = internal::kParked;
  static constexpr std::uint32_t kWaking = 1u << 30;
  static constexpr std::uint32_t kHolder = kWaking - 1;

  [[noreturn, gnu::noinline, gnu::cold]] void misused(const char* what) const {
    std::uint32_t now = holder();
    std::string by = now == 0 ? "nobody" : now == kCoroutine ? "a coroutine" : "thread " + std::to_string(now);
    internal::report_misuse(
        this, kKind, what + std::string(" by thread ") + std::to_string(internal::thread_number()) + "; held by " + by);
  }

  /// Takes a free mutex, in or out of the bucket's lock; keeps kParked. `waking`: kWaking if it is the caller's, who
  /// clears it; else 0.
  bool take(std::uint32_t who, std::uint32_t waking = 0) noexcept {
    std::uint32_t now = word_.load(std::memory_order_relaxed);
    while ((now & kHolder) == 0) {
      // acquire: sees what the last holder did.
      if (word_.compare_exchange_weak(now, (now & ~waking) | who, std::memory_order_acquire, std::memory_order_relaxed))
        return true;
    }
    return false;
  }

  [[gnu::noinline]] bool lock_slowly(std::uint32_t me, std::int64_t since, const deadline& until,
                                     const std::stop_token& stop) {
    if (holder() == me) misused("locked again");
    internal::spinner::for_lock how{since != 0 && internal::locks_often(since)};
    for (internal::spinner spin(how); spin.again(holder());) {
      if (take(me)) return true;
    }
    for (std::uint32_t vain = 0;; ++vain) {
      alignas(internal::kWaiterAlignment) internal::waiter w(vain);
      if (internal::park(*this, w, until, stop) != internal::wait_result::granted) return false;
      // relaxed: if it was handed over or taken in the queue's lock, that has ordered it (the node's state, or take()).
      if (holder() == me || take(me, kWaking)) return true;
    }
  }

  void let_go(std::uint32_t me) {
    std::uint32_t held = me;
    // release: the next holder sees what we did.
    if (word_.compare_exchange_strong(held, 0, std::memory_order_release, std::memory_order_relaxed)) [[likely]]
      return;
    unlock_slowly(me);
  }
  void unlock_async() {
    if (internal::watched::on()) return internal::watched::unlock(this, internal::watched::kCoroutine);
    let_go(kCoroutine);
  }

  [[gnu::noinline]] void unlock_slowly(std::uint32_t me) {
    std::uint32_t now = word_.load(std::memory_order_relaxed);
    if ((now & kHolder) != me) misused("unlocked");
    while (now & kWaking) {
      // release: the next holder sees what we did. If the woken one queues again meanwhile, this fails.
      if (word_.compare_exchange_weak(now, now & ~kHolder, std::memory_order_release, std::memory_order_relaxed))
        return;
    }
    internal::woken list;
    internal::parking_queue queue(this);
    // Held by us, who alone set kWaking, and kParked changes only under this lock: nobody else changes the word now.
    std::uint32_t next = 0;
    if (internal::waiter* w = queue.front()) {
      queue.pop(*w, list);
      if (w->is_coroutine())
        next = kCoroutine;
      else if (w->wants >= kVainWakes)
        next = w->thread;
      else
        next = kWaking;
      if (!queue.empty()) next |= kParked;
    }
    // release: as above. The last touch: whoever takes it now may destroy the mutex.
    word_.store(next, std::memory_order_release);
  }

  // ---- waiting.h
  bool watched_take(unsigned how, const std::stop_token& stop, const deadline& until = {}) {
    return internal::watched::lock(this, how, until, stop) == 0;
  }
  bool take_or_mark(internal::waiter& w) noexcept {
    std::uint32_t who = w.is_coroutine() ? kCoroutine : w.thread;
    // One that was woken before comes here again after each time.
    std::uint32_t waking = !w.is_coroutine() && w.wants != 0 ? kWaking : 0;
    for (;;) {
      if (take(who, waking)) return true;
      std::uint32_t now = word_.load(std::memory_order_relaxed);
      if ((now & kHolder) == 0) continue;
      std::uint32_t marked = (now & ~waking) | kParked;
      // relaxed: kParked says "look into the queue", which the bucket's lock orders; without kWaking whoever unlocks
      // does look.
      if (now == marked || word_.compare_exchange_strong(now, marked, std::memory_order_relaxed)) return false;
    }
  }
  void removed(internal::parking_queue& queue, internal::woken&) noexcept {
    if (queue.empty()) internal::clear_parked(word_);
  }

  std::atomic<std::uint32_t> word_ = 0;
};
static_assert(sizeof(mutex) == 4);

}  // namespace lockstep::sync
