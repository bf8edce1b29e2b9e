// Waiting until a word says that it is over, and ending everybody's wait: what latch, barrier and once need of the
// waiting room (parking.h). Only its address is used of the primitive once the word says so, so it may be destroyed
// then.
//
// Thread safety: both functions may be called by any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <stop_token>

#include "lockstep/sync/deadline.h"
#include "lockstep/sync/parking.h"
#include "lockstep/sync/spin.h"
#include "lockstep/sync/waiting.h"

namespace lockstep::sync::internal {

/// Wakes all that are queued at this address, and calls change() while nobody can enter the queue.
template <class Change>
void wake_all_parked(const void* primitive, Change&& change) {
  woken list;
  parking_queue queue(primitive);
  while (waiter* w = queue.front()) queue.pop(*w, list);
  change();
}
inline void wake_all_parked(const void* primitive) {
  wake_all_parked(primitive, [] {});
}

/// Blocks while must_wait(word). True: it does not have to any more; false: timeout or stop.
template <class MustWait>
bool park_while(const void* primitive, std::atomic<std::uint32_t>& word, MustWait&& must_wait, const deadline& until,
                const std::stop_token& stop) {
  for (spinner spin; must_wait(word.load(std::memory_order_acquire));) {
    if (!spin.again()) break;
  }
  // acquire: what was done before the end of the wait is seen.
  std::uint32_t now = word.load(std::memory_order_acquire);
  if (!must_wait(now)) return true;
  if (stop.stop_requested()) return false;
  waiter node;
  {
    parking_queue queue(primitive);
    now = word.load(std::memory_order_acquire);
    for (;;) {
      if (!must_wait(now)) return true;
      // Whoever changes the word from now on sees that somebody is queued. acquire: as the load above.
      if (word.compare_exchange_weak(now, now | kParked, std::memory_order_acquire)) break;
    }
    queue.push(node);
  }
  return node.wait(until, stop, [&word](parking_queue& queue, woken&) {
    if (queue.empty()) clear_parked(word);
  }) == wait_result::granted;
}

}  // namespace lockstep::sync::internal
