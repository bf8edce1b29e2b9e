// Which accesses are the standard library's own: the atomics inside std::latch, std::atomic_shared_ptr's pointer, …
//
// A finding whose cause is the library is no bug of the program. Debug information knows which calls come from the
// library's headers, so the other half is asked, once and only when it matters.
#pragma once

#include "base/base.h"

namespace lockstep::runtime::library {

/// Whether load() of either kind was called; contains() is false for everything before.
bool loaded();
/// Asks the lockstep tool; outside of executions only.
void load();
/// The call of a __tsan_ function that returns to `pc` is the library's: an atomic access inside std::latch, …
bool contains(u64 pc);
/// Code that is running now, or one of its nearest callers, belongs to std::atomic<std::shared_ptr>, whose pointer is
/// guarded by a lock bit that libstdc++ releases too weakly.
bool in_atomic_shared_ptr(u64 pc);

/// Prepares in_lock_algorithm(), which is false before; outside of executions only.
void load_lock_algorithm();
/// The same for std::lock and std::scoped_lock, whose retry loop is no livelock of the program's.
bool in_lock_algorithm(u64 pc);

}  // namespace lockstep::runtime::library
