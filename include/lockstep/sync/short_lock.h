// A lock of four bytes for sections of a few instructions, without name, owner or order. Internal: it guards the queues
// of the parking table and other inner state.
//
// The word: 0 free, 1 locked, 2 locked and perhaps somebody sleeps.
// Invariant: whoever goes to sleep has left 2 in the word, and whoever comes back from sleep takes it with 2, because
// it cannot know whether others sleep; so an unlock that finds 1 has nobody to wake. Memory order: taking is acquire,
// letting go release. unlock() touches the lock after it let go only by a wake to its address, so a lock that may end
// there must be in memory that stays (the table is static). Thread safety: lock and unlock by any thread. Source:
// Drepper, "Futexes Are Tricky", 2011, mutex2.
#pragma once

#include <atomic>
#include <cstdint>

#include "lockstep/sync/futex.h"
#include "lockstep/sync/spin.h"

namespace lockstep::sync::internal {

class short_lock {
 public:
  void lock() noexcept {
    std::uint32_t free = 0;
    // acquire: sees what the last holder did.
    if (word_.compare_exchange_strong(free, 1, std::memory_order_acquire, std::memory_order_relaxed)) return;
    lock_slowly();
  }
  void unlock() noexcept {
    // release: the next holder sees what we did.
    if (word_.exchange(0, std::memory_order_release) == 2) futex_wake(word_);
  }

 private:
  __attribute__((noinline)) void lock_slowly() noexcept {
    for (spinner spin(100); spin.again();) {
      std::uint32_t free = 0;
      if (word_.load(std::memory_order_relaxed) == 0 &&
          word_.compare_exchange_strong(free, 1, std::memory_order_acquire, std::memory_order_relaxed))
        return;
    }
    // acquire: as in lock().
    while (word_.exchange(2, std::memory_order_acquire) != 0) futex_wait(word_, 2);
  }
  std::atomic<std::uint32_t> word_ = 0;
};

}  // namespace lockstep::sync::internal
