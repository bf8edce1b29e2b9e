// A thread that runs jobs from a queue and waits, inside of a job, for what only a later job could bring about.
//
// Thread safety: pure functions of their arguments (the namer caches).
#pragma once

#include <optional>

#include "explain/diagnosis.h"

namespace lockstep::explain {

/// A deadlock in which a thread waits inside of a job. All of this must be so:
/// - it waits for a result or a notification, not for a lock or the end of a thread;
/// - a frame of the user's that is still on its stack, outside of the one that waits, has taken something out of memory
///   under a mutex before (the queue), without notifying anybody there;
/// - after that somebody put something there, under the same mutex, by another function that notifies;
/// - no other thread that is still alive has ever taken something from there, but those that wait in the same way.
/// The pattern is `blocked-loop`; `objects` are what it waits for and the queue; `turn` is the write that put in what
/// nobody is left to take out.
std::optional<Diagnosis> blocked_loop(const History& history, names::Namer& namer);

}  // namespace lockstep::explain
