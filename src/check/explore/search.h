// The search: executions one after the other until a bug, the end, or the budget.
//
// Thread safety: called from one thread, with no other thread of the process running program code.
#pragma once

#include "protocol/segment.h"

namespace lockstep::runtime {

/// Prepares everything (snapshot included) and explores as segment.config says; fills segment.status, bugs, warnings.
/// Mode::kReplay runs one execution and fills segment.recording.
void search(protocol::Segment& segment, int (*entry)(void*), void* argument);
/// Records the execution with these decisions (in the same process that has searched).
void record(protocol::Segment& segment, const protocol::Decision* decisions, unsigned count);
/// Gives the program its memory back as ordinary memory.
void finish_search();

}  // namespace lockstep::runtime
