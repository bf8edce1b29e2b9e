// Where the pointers to heap blocks lie: by them the report calls a block by what the program knows it as.
//
// The memory of the program is searched word by word: writable segments of its modules, live heap blocks, the stacks.
// Thread safety: none; called while the recorded execution stands still.
#pragma once

#include "base/base.h"
#include "protocol/segment.h"

namespace lockstep::runtime::owners {

/// Nothing was searched yet.
void begin();

/// Fills `owners` of each block that has none. Searching is bounded: after some hundred MiB in one recording it stops.
void find(protocol::HeapBlock* blocks, u32 count);

}  // namespace lockstep::runtime::owners
