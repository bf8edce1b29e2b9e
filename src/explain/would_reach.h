// Whether an execution would be ordered if its atomic accesses were: by which stores and loads one event leads to
// another.
//
// Thread safety: pure functions.
#pragma once

#include <vector>

#include "explain/history.h"

namespace lockstep::explain {

/// Is `from` ordered before `to` if every atomic read synchronises with the write that it reads? `crossings` are the
/// writes and reads by which it is, in pairs, in the order of the execution.
bool would_reach(const History& history, Index from, Index to, std::vector<Index>* crossings);

}  // namespace lockstep::explain
