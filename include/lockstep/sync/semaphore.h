// semaphore: a number of permits. binary_semaphore: at most one.
//
//     lockstep::sync::semaphore connections(8);
//     connections.acquire();  …  connections.release();
//     if (!connections.try_acquire_for(50ms, stop)) return busy;
//     if (co_await connections.acquire_async(executor, stop)) …
//
// Thread safety: all members may be called by any thread, but for construction and destruction; release() by any
// thread. A semaphore may be destroyed when nobody waits, also by a thread whose acquire() took the last permit:
// release() does not touch it after the permit is there.
// Errors (misuse.h): more permits than the maximum, a negative number of them, destruction while somebody waits.
//
// The word: bits 0..30 free permits, bit 31 kParked.
//   state      | acquire()           | release(n)
//   k > 0      | -> k - 1            | -> k + n
//   0          | spins; queues, parks| -> n
//   0 + parked | queues              | a permit each for the first n waiters; what is left goes into the word
// Invariants: P1..P3 of parking.h. S1: with waiters there are no free permits, so nobody overtakes: FIFO among those
// who wait. S2: permits + holders change only by acquire and release: a permit goes to exactly one waiter, or into the
// word.
// Memory order: acquire() is acquire, release() is release, and release() is a read-modify-write, so it heads or
// continues a release sequence: who takes the second of two permits synchronizes with both releases. A hand-over is
// ordered by the node's state.
// Complexity: one compare-exchange without waiters. If the waiter still spins, a hand-over is a few cache misses.
// Source: Dijkstra, 1965; hand-over as in folly::Baton and moodycamel's LightweightSemaphore (spin, then sleep).
//
// When not to use it: to protect data (a mutex has an owner, and its misuse is noticed); to wait for a state
// (condition).
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>

#include "lockstep/sync/misuse.h"
#include "lockstep/sync/registry.h"
#include "lockstep/sync/waiting.h"

namespace lockstep::sync {

template <std::ptrdiff_t Most = (1 << 30)>
class counting_semaphore {
  static_assert(Most >= 1 && Most <= (1 << 30));

 public:
  explicit constexpr counting_semaphore(std::ptrdiff_t permits) : word_(static_cast<std::uint32_t>(permits)) {
    if (permits < 0 || permits > Most) misused("made with a number of permits that is not between 0 and the maximum");
  }
  counting_semaphore(std::ptrdiff_t permits, const char* name) : counting_semaphore(permits) { set_name(name); }
  ~counting_semaphore() {
    bool waited_on = internal::watched::on() ? internal::watched::end(this) == EBUSY
                                             : word_.load(std::memory_order_relaxed) & kParked;
    if (waited_on) [[unlikely]]
      misused("destroyed while somebody waits");
    internal::forget(this);
  }
  counting_semaphore(const counting_semaphore&) = delete;
  counting_semaphore& operator=(const counting_semaphore&) = delete;

  static constexpr std::ptrdiff_t max() noexcept { return Most; }
  void set_name(const char* name) { internal::name_object(this, kKind, name); }

  void acquire() {
    if (internal::watched::on()) return static_cast<void>(watched_take(0, {}));
    if (!take()) acquire_slowly({}, {});
  }
  bool try_acquire() noexcept {
    if (internal::watched::on()) return watched_take(internal::watched::kTry, {});
    return take();
  }
  template <class Rep, class Period>
  bool try_acquire_for(const std::chrono::duration<Rep, Period>& timeout, const std::stop_token& stop = {}) {
    return try_acquire_until(deadline::after(timeout), stop);
  }
  template <class Clock, class Duration>
  bool try_acquire_until(const std::chrono::time_point<Clock, Duration>& when, const std::stop_token& stop = {}) {
    return try_acquire_until(deadline::at(when), stop);
  }
  /// False: the deadline passed or the stop was requested, and no permit came before.
  bool try_acquire_until(const deadline& until, const std::stop_token& stop = {}) {
    if (internal::watched::on()) return watched_take(0, stop, until);
    return take() || acquire_slowly(until, stop);
  }
  bool acquire(const std::stop_token& stop) { return try_acquire_until(deadline(), stop); }

  void release(std::ptrdiff_t n = 1) {
    if (n < 0 || n > Most) [[unlikely]]
      misused("released a number of permits that is not between 0 and the maximum");
    if (internal::watched::on()) return watched_release(static_cast<std::uint32_t>(n));
    prefetch_to_write(&word_);  // a waiter that spins has the line
    std::uint32_t now = word_.load(std::memory_order_relaxed);
    for (;;) {
      if (now & kParked) return release_to_waiters(static_cast<std::uint32_t>(n));
      if (now + n > Most) [[unlikely]]
        misused("released more often than the maximum allows");
      // release: the one that takes the permit sees what we did.
      if (word_.compare_exchange_weak(now, now + static_cast<std::uint32_t>(n), std::memory_order_release,
                                      std::memory_order_relaxed))
        return;
    }
  }

  /// co_await gives true, or false if the stop came first.
  auto acquire_async(executor_ref where, std::stop_token stop = {}) {
    return internal::async_wait<counting_semaphore, taken>(*this, where, std::move(stop));
  }

  /// Free permits; stale at once.
  std::ptrdiff_t permits() const noexcept {
    if (internal::watched::on()) return internal::watched::permits(this, initial());
    return word_.load(std::memory_order_relaxed) & ~kParked;
  }

 private:
  template <class, class>
  friend class internal::async_wait;
  template <class P>
  friend internal::wait_result internal::park(P&, internal::waiter&, const deadline&, const std::stop_token&);
  static constexpr const char* kKind = "semaphore";
  static constexpr std::uint32_t kParked = internal::kParked;

  struct taken {
    taken(counting_semaphore&, bool yes) : yes(yes) {}
    operator bool() const { return yes; }  // NOLINT(google-explicit-constructor): what co_await gives
    bool yes;
  };

  [[noreturn, gnu::noinline, gnu::cold]] void misused(const char* what) const {
    internal::report_misuse(this, kKind,
                            what + std::string(" (") + std::to_string(permits()) + " of at most " +
                                std::to_string(Most) + " permits free)");
  }
  bool take() noexcept {
    std::uint32_t now = word_.load(std::memory_order_relaxed);
    while ((now & ~kParked) != 0) {
      // acquire: sees what the one that released did.
      if (word_.compare_exchange_weak(now, now - 1, std::memory_order_acquire, std::memory_order_relaxed)) return true;
    }
    return false;
  }
  [[gnu::noinline]] bool acquire_slowly(const deadline& until, const std::stop_token& stop) {
    for (internal::spinner spin{internal::spinner::for_signal{}}; spin.again();) {
      if (take()) return true;
    }
    alignas(internal::kWaiterAlignment) internal::waiter w;
    return internal::park(*this, w, until, stop) == internal::wait_result::granted;
  }
  [[gnu::noinline]] void release_to_waiters(std::uint32_t n) {
    internal::woken list;
    internal::parking_queue queue(this);
    for (internal::waiter* w = n != 0 ? queue.front() : nullptr; w; w = n != 0 ? queue.front() : nullptr) {
      queue.pop(*w, list);
      --n;
    }
    std::uint32_t parked = queue.empty() ? 0 : kParked;
    std::uint32_t now = word_.load(std::memory_order_relaxed);
    do {
      if ((now & ~kParked) + n > static_cast<std::uint32_t>(Most))
        misused("released more often than the maximum allows");
      // release: as in release(). The last touch of the semaphore.
    } while (!word_.compare_exchange_weak(now, ((now & ~kParked) + n) | parked, std::memory_order_release,
                                          std::memory_order_relaxed));
  }
  /// Where the operations are single steps the word stays as it was made.
  std::uint32_t initial() const noexcept { return word_.load(std::memory_order_relaxed); }
  bool watched_take(unsigned how, const std::stop_token& stop, const deadline& until = {}) {
    return internal::watched::acquire(this, initial(), how, until, stop) == 0;
  }
  void watched_release(std::uint32_t n) {
    if (internal::watched::release(this, initial(), n, static_cast<std::uint32_t>(Most)) != 0)
      misused("released more often than the maximum allows");
  }
  bool take_or_mark(internal::waiter&) noexcept {
    for (;;) {
      if (take()) return true;
      std::uint32_t now = word_.load(std::memory_order_relaxed);
      if ((now & ~kParked) != 0) continue;
      // relaxed: the bit says "look into the queue", which the bucket's lock orders.
      if ((now & kParked) || word_.compare_exchange_strong(now, kParked, std::memory_order_relaxed)) return false;
    }
  }
  void removed(internal::parking_queue& queue, internal::woken&) noexcept {
    if (queue.empty()) internal::clear_parked(word_);
  }

  std::atomic<std::uint32_t> word_;
};

using semaphore = counting_semaphore<>;
using binary_semaphore = counting_semaphore<1>;

}  // namespace lockstep::sync
