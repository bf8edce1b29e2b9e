// What happens when two locks are taken in both orders: the program can deadlock, even if it did not this time.
//
// All locks of lockstep::sync are followed, in every build (held.h says what that costs). Each pair of orders is
// reported once, to standard error unless a handler is set, with the stacks of both; the program goes on. Not followed:
// locks of coroutines, locks beyond 32 held by one thread. Two locks of which one is always held by a try_lock cannot
// deadlock but are reported too. Thread safety: everything may be called by any thread. The handler runs in the thread
// that took the second lock, with that lock held: it must take no lock of lockstep::sync, and may throw only in tests
// (the lock stays held).
#pragma once

#include <string>
#include <vector>

namespace lockstep::sync {

struct lock_order_violation {
  const void* held;      ///< taken first, this time
  const void* acquired;  ///< taken now
  std::string message;   ///< the whole story, stacks included
};

using lock_order_handler = void (*)(const lock_order_violation&);

/// Replaces the handler; nullptr sets the default. Returns the last one.
lock_order_handler set_lock_order_handler(lock_order_handler handler) noexcept;

}  // namespace lockstep::sync
