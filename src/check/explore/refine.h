// What can be learnt about a found bug by running what lies next to it (Mode::kRefine): the same bug with fewer
// preemptions and fewer steps, and the smallest change with which it does not happen.
//
// Thread safety: none.
#pragma once

#include "protocol/segment.h"

namespace lockstep::runtime {

/// Takes the execution of Config::replay. Leaves the simplest one with the same bug there (with the bug in
/// `segment.bugs`; none if the execution has no bug), and the nearest one that passes in `segment.decisions` if
/// `status.passes`; status.executions says how many neighbours were tried, and status.complete that these were all.
/// Bounded by events, not by time, so that equal traces give equal results.
void refine(protocol::Segment& segment);

}  // namespace lockstep::runtime
