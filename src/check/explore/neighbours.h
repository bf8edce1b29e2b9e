// The executions next to a given one: the same but for one thing.
//
// Either one outcome is another (a read sees the newest store instead of an older one, another waiter is woken), or
// some steps of one thread happen earlier; everything after that keeps the given order as far as it can. Small changes
// come first. They serve to make a finding simpler, and to find the smallest change with which it does not happen.
//
// Thread safety: none; one of them at a time. Its state is in memory that is shared across fork.
#pragma once

#include "explore/explorer.h"

namespace lockstep::runtime {

/// The first execution is the given one itself. After it, and after each further one, `end` says whether there is
/// another.
Explorer& neighbours_explorer(const protocol::Decision* decisions, u32 count);

}  // namespace lockstep::runtime
