// Which coroutine holds which mutex: for debuggers of other processes (`lockstep dump`). Internal.
//
// A mutex says that a coroutine holds it, not which. Who makes a guard for one may note it here; a guard that ends forgets
// it, before the mutex is free. So an entry is never of an earlier holder; but mutexes that share a slot drive each other
// out, and nothing is noted by others than lockstep::async.
// Thread safety: everything may be called by any thread. Memory order: an entry is written mutex last; readers stop
// the process, and may do so in between.
// Complexity: O(1), four words written at most.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "lockstep/sync/tool.h"

namespace lockstep::sync::internal {

struct lock_holder {
  std::atomic<const void*> mutex;
  std::atomic<const void*> holder;
  std::atomic<std::uint64_t> mark;  ///< the holder's own: tells it from a later one at its address
};
inline constexpr std::size_t kLockHolders = 512;
constinit inline lock_holder lock_holders[kLockHolders] = {};

inline lock_holder& lock_holder_of(const void* mutex) noexcept {
  // Fibonacci hashing, as for the waiters (parking.h).
  return lock_holders[(reinterpret_cast<std::uintptr_t>(mutex) * 0x9e3779b97f4a7c15u) >> 55];
}

/// By the one that has just got the lock. Nothing under the checker, for which each access would be an event.
inline void note_lock_holder(const void* mutex, const void* holder, std::uint64_t mark) noexcept {
  if (under_checker()) return;
  lock_holder& slot = lock_holder_of(mutex);
  // release: in this order. Who stops us in between must not find the mutex beside its holder before.
  slot.mutex.store(nullptr, std::memory_order_relaxed);
  slot.holder.store(holder, std::memory_order_release);
  slot.mark.store(mark, std::memory_order_release);
  slot.mutex.store(mutex, std::memory_order_release);
}
/// Before it is unlocked.
inline void forget_lock_holder(const void* mutex) noexcept {
  if (under_checker()) return;
  lock_holder& slot = lock_holder_of(mutex);
  if (slot.mutex.load(std::memory_order_relaxed) == mutex) slot.mutex.store(nullptr, std::memory_order_relaxed);
}

}  // namespace lockstep::sync::internal
