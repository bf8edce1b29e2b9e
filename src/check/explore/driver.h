// Running one execution of the program after the other, each from the same beginning (search.cpp).
//
// Thread safety: none.
#pragma once

#include "explore/explorer.h"
#include "program/program.h"

namespace lockstep::runtime {

/// What came of an execution; an execution in a fork tells its parent by this.
struct Result {
  Outcome outcome;
  protocol::Bug found;
  protocol::Bug warnings[8];
  u32 warning_count;
  u32 preemptions;
  u64 events;
  u64 fingerprint;
  bool approximated;  // see Graph
  bool reported;      // the child reached the end of its execution
};

/// Runs one execution under the explorer, again if it needs more fibers or a fork. The explorer sees it once. Its
/// decisions are in `segment.decisions` after it.
Outcome one_execution(Explorer& explorer, protocol::Segment& segment);

/// Of the last one.
const Result& last_result();

}  // namespace lockstep::runtime
