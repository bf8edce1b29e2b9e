// Lock order: a cycle in who takes which lock while holding which, in an execution that did not deadlock.
//
// After Goodlock (Havelund, SPIN 2000; Bensalem, Havelund, "Dynamic Deadlock Analysis of Multi-threaded Programs",
// 2005): the edges of a cycle belong to different threads, no two of them lie under a common lock (a gate), each waits
// for what the next one holds (two read locks do not), and none is ordered before another by the creation or joining of
// threads. Attempts that do not block make no edge. Edges last for one execution.
//
// Thread safety: one kernel thread.
#pragma once

#include "program/thread.h"

namespace lockstep::runtime::lock_order {

void reset();
/// The running thread has taken a lock; `blocking`: it would have waited for it. May add a warning.
void taken(Thread& t, u64 lock, bool blocking, bool reads);
void given_back(Thread& t, u64 lock);
/// The program knows about the order of these two.
void accept(u64 a, u64 b);

/// What happens before because threads are created and joined, and for no other reason.
void created(Thread& creator, Thread& child);
void joined(Thread& t, const Thread& target);

}  // namespace lockstep::runtime::lock_order
