// What executions come to: what the program printed, or the final values of variables that the host has named, and how
// it ended. Counted by outcome, for `lockstep show`.
//
// An execution in a fork is noted by the child and counted by the parent. Thread safety: none.
#pragma once

#include "program/program.h"

namespace lockstep::runtime::outcomes {

/// Before a search: forgets everything.
void begin(protocol::Segment& segment);
/// The execution has ended and its memory is still there.
void note_values(const protocol::Config& config);
/// Counts the execution that has just ended. True: it is the one that the host wants the decisions of.
bool count(protocol::Segment& segment, Outcome outcome, const protocol::Bug& found);
/// Keeps the decisions of the execution that was just run.
void keep_decisions(protocol::Segment& segment);

}  // namespace lockstep::runtime::outcomes
