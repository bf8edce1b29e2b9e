// event: a flag that threads and coroutines wait for.
//
//     lockstep::sync::event ready;                  // manual reset: set() lets everybody through, until reset()
//     ready.set();  …  ready.wait();  ready.wait_for(10ms, stop);  co_await ready.wait_async(executor);
//     lockstep::sync::auto_reset_event tick;        // set() lets exactly one through; set twice before that is once
//
// Thread safety: all members may be called by any thread, but for construction and destruction. An event may be
// destroyed when nobody waits, also by a thread that set() let through: set() does not touch it afterwards.
// Errors (misuse.h): destruction while somebody waits.
//
// The word: bit 0 kSet, bit 31 kParked.
//   state  | wait(), manual | wait(), auto | set(), manual               | set(), auto              | reset()
//   0      | queues, parks  | queues, parks| -> kSet                     | -> kSet                  | 0
//   kSet   | passes         | -> 0, passes | kSet                        | kSet                     | -> 0
//   parked | queues         | queues       | pops all; -> kSet           | pops the first; 0, parked| parked
// Invariants: P1..P3 of parking.h. E1: kSet and kParked exclude each other. E2: who was queued when set() came is let
// through, even if reset() comes before it runs: no pulse is lost.
// Memory order: passing is acquire, set() is release also if it was set before (a read-modify-write, so the release
// sequence goes on); a hand-over is ordered by the node's state. reset() is relaxed and orders nothing: what it
// "undoes" needs a lock.
// Complexity: a load for a wait() that passes; set() is one compare-exchange without waiters.
// Source: the manual and auto reset events of Win32; folly::Baton for the hand-off to a waiter that spins.
//
// When not to use it: reset() and wait() by different threads want a protocol; a latch, a barrier or a condition mostly
// is one.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stop_token>

#include "lockstep/sync/misuse.h"
#include "lockstep/sync/registry.h"
#include "lockstep/sync/waiting.h"

namespace lockstep::sync {

template <bool kAutoReset>
class basic_event {
 public:
  explicit constexpr basic_event(bool set = false) noexcept : word_(set ? kSet : 0) {}
  explicit basic_event(const char* name) : basic_event(false) { set_name(name); }
  ~basic_event() {
    if (word_.load(std::memory_order_relaxed) & kParked) [[unlikely]]
      internal::report_misuse(this, kKind, "destroyed while somebody waits");
    internal::forget(this);
  }
  basic_event(const basic_event&) = delete;
  basic_event& operator=(const basic_event&) = delete;

  void set_name(const char* name) { internal::name_object(this, kKind, name); }

  void set() {
    if (internal::watched::on()) return watched_set();
    prefetch_to_write(&word_);  // a waiter that spins has the line
    std::uint32_t now = word_.load(std::memory_order_relaxed);
    for (;;) {
      if (now & kParked) return set_for_waiters();
      // release: those who pass see what we did.
      if (word_.compare_exchange_weak(now, kSet, std::memory_order_release, std::memory_order_relaxed)) return;
    }
  }
  void reset() noexcept { word_.fetch_and(~kSet, std::memory_order_relaxed); }
  /// Stale at once; a manual event that is set and never reset stays so. acquire: true orders like wait().
  bool is_set() const noexcept { return word_.load(std::memory_order_acquire) & kSet; }

  void wait() {
    if (internal::watched::on()) return static_cast<void>(watched_wait({}, {}));
    if (!take()) wait_slowly({}, {});
  }
  bool try_wait() noexcept { return take(); }
  template <class Rep, class Period>
  bool wait_for(const std::chrono::duration<Rep, Period>& timeout, const std::stop_token& stop = {}) {
    return wait_until(deadline::after(timeout), stop);
  }
  template <class Clock, class Duration>
  bool wait_until(const std::chrono::time_point<Clock, Duration>& when, const std::stop_token& stop = {}) {
    return wait_until(deadline::at(when), stop);
  }
  /// False: the deadline passed or the stop was requested before the event was set.
  bool wait_until(const deadline& until, const std::stop_token& stop = {}) {
    if (internal::watched::on()) return watched_wait(until, stop);
    return take() || wait_slowly(until, stop);
  }
  bool wait(const std::stop_token& stop) { return wait_until(deadline(), stop); }

  /// co_await gives true, or false if the stop came first.
  auto wait_async(executor_ref where, std::stop_token stop = {}) {
    return internal::async_wait<basic_event, passed>(*this, where, std::move(stop));
  }

 private:
  template <class, class>
  friend class internal::async_wait;
  template <class P>
  friend internal::wait_result internal::park(P&, internal::waiter&, const deadline&, const std::stop_token&);
  static constexpr const char* kKind = kAutoReset ? "auto_reset_event" : "event";
  static constexpr std::uint32_t kSet = 1;
  static constexpr std::uint32_t kParked = internal::kParked;

  struct passed {
    passed(basic_event&, bool yes) : yes(yes) {}
    operator bool() const { return yes; }  // NOLINT(google-explicit-constructor): what co_await gives
    bool yes;
  };

  bool take() noexcept {
    // acquire: sees what the one that set it did.
    if constexpr (!kAutoReset) return word_.load(std::memory_order_acquire) & kSet;
    std::uint32_t set = kSet;
    return word_.load(std::memory_order_relaxed) == kSet &&
           word_.compare_exchange_strong(set, 0, std::memory_order_acquire, std::memory_order_relaxed);
  }
  [[gnu::noinline]] bool wait_slowly(const deadline& until, const std::stop_token& stop) {
    for (internal::spinner spin{internal::spinner::for_signal{}}; spin.again();) {
      if (take()) return true;
    }
    alignas(internal::kWaiterAlignment) internal::waiter w;
    return internal::park(*this, w, until, stop) == internal::wait_result::granted;
  }
  [[gnu::noinline]] void set_for_waiters() {
    internal::woken list;
    internal::parking_queue queue(this);
    internal::waiter* w = queue.front();
    std::uint32_t next = !w || !kAutoReset ? kSet : 0;
    while (w) {
      queue.pop(*w, list);
      w = kAutoReset ? nullptr : queue.front();
    }
    // release: as in set(). With the bucket locked nobody parks, and kSet is set by nobody else while kParked is. The
    // last touch of the event.
    word_.store(next | (queue.empty() ? 0 : kParked), std::memory_order_release);
  }
  // Where the checker is to see few steps, waiters sleep on the word itself (watched.h).
  bool watched_take(unsigned how, const std::stop_token& stop) {
    return how & internal::watched::kTry ? take() : watched_wait({}, stop);
  }
  bool watched_wait(const deadline& until, const std::stop_token& stop) {
    while (!take()) {
      if (until.is_never() && stop.stop_possible()) {
        if (stop.stop_requested()) return false;
      } else if (futex_wait(word_, 0, until) == futex_result::timed_out) {
        return take();
      }
    }
    return true;
  }
  void watched_set() {
    word_.exchange(kSet, std::memory_order_release);
    futex_wake(word_, kAutoReset ? 1 : INT_MAX);
  }
  bool take_or_mark(internal::waiter&) noexcept {
    for (;;) {
      if (take()) return true;
      std::uint32_t now = word_.load(std::memory_order_relaxed);
      if (now & kSet) continue;
      // relaxed: the bit says "look into the queue", which the bucket's lock orders.
      if ((now & kParked) || word_.compare_exchange_strong(now, kParked, std::memory_order_relaxed)) return false;
    }
  }
  void removed(internal::parking_queue& queue, internal::woken&) noexcept {
    if (queue.empty()) internal::clear_parked(word_);
  }

  std::atomic<std::uint32_t> word_;
};

using event = basic_event<false>;
using auto_reset_event = basic_event<true>;

}  // namespace lockstep::sync
