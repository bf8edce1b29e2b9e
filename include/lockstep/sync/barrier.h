// barrier: a fixed number of threads meet again and again; when the last has arrived, a function is run once and all go
// on into the next phase.
//
//     lockstep::sync::barrier step(4, [] { swap(now, next); });
//     for (int i = 0; i < steps; ++i) {             // each of four threads
//       compute_my_part(now, next);
//       step.arrive_and_wait();
//     }
//
// Thread safety: every member function may be called by any thread. A barrier may be destroyed as soon as all waits of
// its last phase have returned.
//
// | call                      | meaning                                                                      |
// |---------------------------|------------------------------------------------------------------------------|
// | arrive()                  | counts, does not wait; gives the phase that it counted for                   |
// | wait(phase)               | until that phase is over; wait_for, wait_until, a stop_token                 |
// | arrive_and_wait()         | both                                                                         |
// | arrive_and_drop()         | counts, and one fewer is expected from the next phase on                     |
//
// A wait that is stopped or late has arrived all the same: the others go on, and it may wait for the phase again.
//
// Invariants:
// 1. remaining_ is the number of arrivals that the phase still needs; the arrival that makes it 0 ends the phase,
// alone.
// 2. The phase's number (low 31 bits of phase_) changes only there, after the completion function and after remaining_
// was
//    set for the next phase.
// 3. kParked of phase_ is set exactly if somebody is queued in the waiting room.
//
// Memory order: remaining_: fetch_sub acq_rel: the last to arrive has seen all that the others did before. phase_:
// changed with release, read with acquire: all of that, and what the function did, is seen after the wait. remaining_'s
// and expected_'s other accesses: relaxed, ordered by phase_.
//
// Errors: more arrivals in a phase than expected, a barrier for nobody: misuse. The completion function must not throw
// (std::terminate).
// Complexity: arrive O(1), the last O(waiters). All threads change one word: for hundreds of processors a tree is
// better. When not to use it: once (latch), or to wait for tasks rather than threads (fork_join). Source: the
// centralized barrier with a phase number in place of a sense (Mellor-Crummey and Scott, TOCS 1991).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stop_token>
#include <utility>

#include "lockstep/sync/deadline.h"
#include "lockstep/sync/internal/park_while.h"
#include "lockstep/sync/misuse.h"
#include "lockstep/sync/parking.h"

namespace lockstep::sync {

namespace internal {
struct nothing_to_complete {
  void operator()() noexcept {}
};
}  // namespace internal

template <class Completion = internal::nothing_to_complete>
class barrier {
 public:
  /// Names a phase. Wraps after 2^31 phases.
  using phase = std::uint32_t;

  explicit barrier(std::uint32_t expected, Completion completion = Completion())
      : expected_(expected), remaining_(expected), completion_(std::move(completion)) {
    if (expected == 0 || expected & internal::kParked) {
      internal::report_misuse(this, "barrier", "expects nobody, or more than 2147483647");
    }
  }
  barrier(const barrier&) = delete;
  barrier& operator=(const barrier&) = delete;

  [[nodiscard]] phase arrive(std::uint32_t n = 1) {
    // Before the arrival, after which the phase may end. relaxed: the caller has arrived for none of it yet, so it
    // cannot end meanwhile, and the caller has seen its begin.
    phase now = phase_.load(std::memory_order_relaxed) & ~internal::kParked;
    std::uint32_t before = remaining_.fetch_sub(n, std::memory_order_acq_rel);
    if (before < n) {
      remaining_.fetch_add(n, std::memory_order_relaxed);
      internal::report_misuse(this, "barrier", "more arrivals than expected in a phase");
    }
    if (before == n && n != 0) end_phase(now);
    return now;
  }
  void wait(phase p) { wait_before(p, {}, {}); }
  /// False: stopped.
  bool wait(phase p, const std::stop_token& stop) { return wait_before(p, {}, stop); }
  template <class Rep, class Period>
  bool wait_for(phase p, std::chrono::duration<Rep, Period> longest, const std::stop_token& stop = {}) {
    return wait_before(p, deadline::after(longest), stop);
  }
  template <class Clock, class Duration>
  bool wait_until(phase p, std::chrono::time_point<Clock, Duration> until, const std::stop_token& stop = {}) {
    return wait_before(p, deadline::at(until), stop);
  }
  void arrive_and_wait() { wait(arrive()); }
  bool arrive_and_wait(const std::stop_token& stop) { return wait(arrive(), stop); }
  void arrive_and_drop() {
    expected_.fetch_sub(1, std::memory_order_relaxed);
    static_cast<void>(arrive());
  }

 private:
  void end_phase(phase now) noexcept {
    completion_();
    // relaxed: published by the change of phase_.
    remaining_.store(expected_.load(std::memory_order_relaxed), std::memory_order_relaxed);
    phase next = (now + 1) & ~internal::kParked;
    phase unparked = now;
    // release: all that was done in the phase. After it the barrier may be gone.
    if (phase_.compare_exchange_strong(unparked, next, std::memory_order_release, std::memory_order_relaxed)) return;
    internal::wake_all_parked(this, [&] { phase_.store(next, std::memory_order_release); });
  }

  bool wait_before(phase p, const deadline& until, const std::stop_token& stop) {
    return internal::park_while(
        this, phase_, [p](std::uint32_t word) { return (word & ~internal::kParked) == p; }, until, stop);
  }

  std::atomic<std::uint32_t> phase_{0};
  std::atomic<std::uint32_t> expected_;
  std::atomic<std::uint32_t> remaining_;
  [[no_unique_address]] Completion completion_;
};

}  // namespace lockstep::sync
