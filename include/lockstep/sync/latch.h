// latch: counts down once; waiters go on when it is at zero.
//
//     lockstep::sync::latch loaded(3);
//     loaded.count_down();     // each of three loaders, once
//     loaded.wait();           // whoever needs all three; wait_for, wait_until, a stop_token
//
// Thread safety: every member function may be called by any thread. A latch may be destroyed as soon as a wait on it
// has returned, even while the last count_down has not.
//
// | word_                 | meaning                                                     |
// |-----------------------|-------------------------------------------------------------|
// | n                     | n more are to come; nobody sleeps                           |
// | n + kParked           | n more are to come; waiters are queued in the waiting room  |
// | 0, kParked            | open for good                                               |
//
// Invariants: the count only goes down. kParked is set while the count is above 0 exactly if somebody is queued.
//
// Memory order: count_down: fetch_sub acq_rel, so that all that was done before each count_down is known to the one
// that opens, and through it (release of the waiting room) to all waiters; try_wait: load acquire reads the end of that
// chain.
//
// Errors: counting below zero, a count above 2^31 - 1: misuse (misuse.h).
// Complexity: count_down O(1), the last O(waiters). 4 bytes.
// When not to use it: more than once (barrier), counting up again (semaphore, event).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stop_token>

#include "lockstep/sync/deadline.h"
#include "lockstep/sync/internal/park_while.h"
#include "lockstep/sync/misuse.h"
#include "lockstep/sync/parking.h"

namespace lockstep::sync {

class latch {
 public:
  explicit latch(std::uint32_t count) : word_(count) {
    if (count & internal::kParked) internal::report_misuse(this, "latch", "made with a count above 2147483647");
  }
  latch(const latch&) = delete;
  latch& operator=(const latch&) = delete;

  void count_down(std::uint32_t n = 1) {
    // acq_rel: gathers what the others did, and hands all of it to the waiters.
    std::uint32_t before = word_.fetch_sub(n, std::memory_order_acq_rel);
    std::uint32_t count = before & ~internal::kParked;
    if (count < n) {
      word_.fetch_add(n, std::memory_order_relaxed);
      internal::report_misuse(this, "latch", "counted down below zero");
    }
    // Opened: from here on the latch may be gone; the waiting room is not.
    if (count == n && n != 0 && before & internal::kParked) internal::wake_all_parked(this);
  }
  bool try_wait() const noexcept { return is_open(word_.load(std::memory_order_acquire)); }
  void wait() { wait_before({}, {}); }
  /// False: stopped.
  bool wait(const std::stop_token& stop) { return wait_before({}, stop); }
  template <class Rep, class Period>
  bool wait_for(std::chrono::duration<Rep, Period> longest, const std::stop_token& stop = {}) {
    return wait_before(deadline::after(longest), stop);
  }
  template <class Clock, class Duration>
  bool wait_until(std::chrono::time_point<Clock, Duration> until, const std::stop_token& stop = {}) {
    return wait_before(deadline::at(until), stop);
  }
  void arrive_and_wait(std::uint32_t n = 1) {
    count_down(n);
    wait();
  }

 private:
  static bool is_open(std::uint32_t word) { return (word & ~internal::kParked) == 0; }

  bool wait_before(const deadline& until, const std::stop_token& stop) {
    return internal::park_while(
        this, word_, [](std::uint32_t word) { return !is_open(word); }, until, stop);
  }

  std::atomic<std::uint32_t> word_;
};

}  // namespace lockstep::sync
