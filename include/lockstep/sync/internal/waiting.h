// What the queues' blocking calls share: spin first, then sleep in a wait_set; and what capacities are allowed.
//
// Thread safety: a `waiting` belongs to one call.
#pragma once

#include <sched.h>

#include <algorithm>
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

namespace lockstep::sync::internal {

inline std::size_t checked_capacity(std::size_t capacity) {
  if (capacity < 1 || capacity > std::uint64_t{1} << 32) {
    throw std::invalid_argument("lockstep::sync: a queue's capacity must be from 1 to 2^32");
  }
  return capacity;
}

/// Before it sleeps at a small queue it lets others run, once. With more threads than processors the other side then
/// gets on until the queue is full (empty); without, it is interrupted by the wake-up for every few items: measured,
/// four times as slow with 64 places. A large queue gains nothing, and its consumers share less evenly. The pauses are
/// long: a queue that was found empty (full) is left alone until several items (places) are worth fetching. Who looks at
/// once stays behind the other side by one item, and both wait for a cache line for each; measured, that is three to six
/// times as slow. The price: an item may lie there for some 0.4 µs, in a queue of 64 and more.
class waiting {
 public:
  waiting(wait_set& set, std::size_t capacity, const deadline& until, const std::stop_token& stop)
      : set_(set),
        until_(until),
        stop_(stop),
        pauses_(static_cast<std::uint32_t>(std::clamp<std::size_t>(capacity / 2, 1, 32))),
        yielded_(capacity > kSmall) {
    if (under_checker()) {
      yielded_ = true;
      return;
    }
    measure_load();
    spin_pays_ = spinning_pays.load(std::memory_order_relaxed);
  }

  /// Success: look again.
  template <class Ready>
  queue_status wait(Ready&& ready) {
    if (spin_pays_ && left_ != 0) {
      std::uint32_t now = std::min(pauses_, left_);
      for (std::uint32_t i = 0; i < now; ++i) cpu_pause();
      left_ -= now;
      return queue_status::success;
    }
    if (!std::exchange(yielded_, true)) {
      sched_yield();
      return queue_status::success;
    }
    slept_ = true;
    switch (set_.wait(ready, until_, stop_)) {
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
  /// About 13 µs, as long as a sleep and a wake take with another processor (Karlin et al., see spin.h).
  static constexpr std::uint32_t kPauses = 1000;
  static constexpr std::size_t kSmall = 256;
  wait_set& set_;
  deadline until_;  // a copy: callers pass temporaries
  const std::stop_token& stop_;
  const std::uint32_t pauses_;
  bool yielded_;
  std::uint32_t left_ = kPauses;
  bool spin_pays_ = false;
  bool slept_ = false;
};

}  // namespace lockstep::sync::internal
