// What the queues' blocking calls share: spin first, then sleep in a wait_set; and what capacities are allowed.
//
// Thread safety: a `waiting` belongs to one call.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <stop_token>
#include <utility>

#include "lockstep/sync/deadline.h"
#include "lockstep/sync/futex.h"
#include "lockstep/sync/internal/wait_set.h"
#include "lockstep/sync/queue_status.h"
#include "lockstep/sync/spin.h"
#include "lockstep/sync/thread.h"

namespace lockstep::sync::internal {

inline std::size_t checked_capacity(std::size_t capacity) {
  if (capacity < 1 || capacity > std::uint64_t{1} << 32) {
    throw std::invalid_argument("lockstep::sync: a queue's capacity must be from 1 to 2^32");
  }
  return capacity;
}

/// For how many pauses the thread's next wait spins.
LOCKSTEP_SYNC_TLS std::uint32_t this_spin = 1000;
/// How many of the thread's next waits do not let others run.
LOCKSTEP_SYNC_TLS std::uint32_t this_yields_left_out = 0;

/// How a call waits, before it sleeps:
///
/// - Pauses are long: a queue that was found empty (full) is left alone until several items (places) are worth fetching.
///   Who looks at once stays behind the other side by one item, and both wait for a cache line for each; measured, that
///   is three to six times as slow. The price: an item may lie there for some 0.4 µs, in a queue of 64 and more.
/// - While spinning pays (spin.h) it also lets others run, at each second look, or each look at a large queue: the other
///   side may stand behind this one on the same processor, where a wake-up has put it, until the kernel moves it some
///   milliseconds later. Alone on the processor that is a short system call, and one more pause.
/// - How long it spins depends on how long the last sleep was: after a short one, longer, up to 52 µs. Two sides that
///   both sleep because each has waited for the other's wake-up would go on like that.
/// - While it does not pay, there are four looks and no more: they do help where the kernel's count was of a thread that
///   has gone meanwhile. Then, at a small queue, others run, once: the other side gets on until the queue is full
///   (empty), and else is interrupted by the wake-up for every few items; measured, four times as slow with 64 places. But if
///   that took long, the processor went to a thread that never sleeps: the next 256 waits sleep at once.
class waiting {
 public:
  waiting(wait_set& set, std::size_t capacity, const deadline& until, const std::stop_token& stop)
      : set_(set),
        until_(until),
        stop_(stop),
        pauses_(static_cast<std::uint32_t>(std::clamp<std::size_t>(capacity / 2, 1, 32))),
        looks_a_yield_(capacity > kSmall ? 1 : 2),
        yielded_(capacity > kSmall) {
    if (under_checker()) {
      yielded_ = true;
      return;
    }
    measure_load();
    spin_pays_ = spinning_pays.load(std::memory_order_relaxed);
    left_ = spin_pays_ ? this_spin : 4 * pauses_;
  }

  /// Pauses, if it is not yet time to sleep: then look again.
  bool pause() {
    if (left_ == 0) return false;
    std::uint32_t now = std::min(pauses_, left_);
    for (std::uint32_t i = 0; i < now; ++i) cpu_pause();
    left_ -= now;
    if (spin_pays_ && ++looks_ % looks_a_yield_ == 0) let_others_run();
    return true;
  }

  /// Success: look again.
  template <class Ready>
  queue_status wait(Ready&& ready) {
    if (pause()) return queue_status::success;
    if (!std::exchange(yielded_, true)) {
      if (this_yields_left_out == 0) {
        auto began = std::chrono::steady_clock::now();
        let_others_run();
        if (std::chrono::steady_clock::now() - began > kLongYield) this_yields_left_out = kYieldsLeftOut;
        return queue_status::success;
      }
      --this_yields_left_out;
    }
    slept_ = true;
    set_result result;
    if (spin_pays_) {
      auto began = std::chrono::steady_clock::now();
      result = set_.wait(ready, until_, stop_);
      bool was_short = std::chrono::steady_clock::now() - began < kShortSleep;
      this_spin = was_short ? std::min(this_spin * 2, kMostPauses) : std::max(this_spin / 2, kPauses);
    } else {
      result = set_.wait(ready, until_, stop_);
    }
    switch (result) {
      case set_result::ready:
        return queue_status::success;
      case set_result::timeout:
        return queue_status::timeout;
      case set_result::stopped:
        break;
    }
    return queue_status::stopped;
  }

  /// At the end of every call that may have slept, if others may wait for the same: while one is on its way after a
  /// signal, further signals do nothing (wait_set.h).
  template <class Ready>
  void pass_on(Ready&& ready) {
    if (slept_ && ready()) set_.signal();
  }

 private:
  static constexpr std::size_t kSmall = 256;
  /// About 13 µs, as long as a sleep and a wake take with another processor (Karlin et al., see spin.h).
  static constexpr std::uint32_t kPauses = 1000;
  static constexpr std::uint32_t kMostPauses = 4000;
  static constexpr std::chrono::microseconds kShortSleep{100};
  static constexpr std::chrono::microseconds kLongYield{200};
  static constexpr std::uint32_t kYieldsLeftOut = 256;
  wait_set& set_;
  deadline until_;  // a copy: callers pass temporaries
  const std::stop_token& stop_;
  const std::uint32_t pauses_;
  const std::uint32_t looks_a_yield_;
  std::uint32_t looks_ = 0;
  bool yielded_;
  std::uint32_t left_ = 0;
  bool spin_pays_ = false;
  bool slept_ = false;
};

}  // namespace lockstep::sync::internal
