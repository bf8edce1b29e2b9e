// Gives a debugger control at the steps of a recorded execution (protocol::Stop), on the stack of the thread whose step
// it is: calls lockstep_debugger_stop, where the debugger has a breakpoint, with the threads described in the
// recording.
//
// When the execution has ended, threads that wait are visited: the context of each is resumed, for as long as the
// debugger looks at it, inside of the switch in which it was suspended.
// Thread safety: none. Does nothing unless Config::stop_count says so.
#pragma once

#include "program/thread.h"
#include "protocol/segment.h"

namespace lockstep::runtime::debugger {

/// Before the recorded execution.
void begin(protocol::Segment& segment);
/// An event has got this number.
void event(u32 index);
/// The execution has failed, and all of it is still there.
void at_end();
/// The program did something else than what was recorded.
void diverged();
/// `t` was switched to.
void resumed(Thread& t);

}  // namespace lockstep::runtime::debugger
