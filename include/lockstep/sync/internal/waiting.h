// What the queues' blocking calls share: spin first, then sleep in a wait_set; and what capacities are allowed.
//
// Thread safety: a `waiting` belongs to one call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <stop_token>

#include "lockstep/sync/deadline.h"
#include "lockstep/sync/internal/backoff.h"
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

class waiting {
 public:
  waiting(wait_set& set, const deadline& until, const std::stop_token& stop) : set_(set), until_(until), stop_(stop) {
    if (under_checker()) return;
    measure_load();
    spin_pays_ = spinning_pays.load(std::memory_order_relaxed);
  }

  /// Success: look again.
  template <class Ready>
  queue_status wait(Ready&& ready) {
    if (spin_pays_ && !spin_.tired()) {
      spin_.once();
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
  wait_set& set_;
  deadline until_;  // a copy: callers pass temporaries
  const std::stop_token& stop_;
  backoff spin_;
  bool spin_pays_ = false;
  bool slept_ = false;
};

}  // namespace lockstep::sync::internal
