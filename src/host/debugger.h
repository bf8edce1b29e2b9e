// `lockstep replay --gdb`: a recorded execution in gdb.
//
// gdb starts the program with a segment that asks for a replay and for stops at the steps of the report
// (protocol::Stop), and is told in JSON what the steps, threads and objects are called. Its half is debugger.py.
// Thread safety: none.
#pragma once

#include "host/child.h"
#include "trace/execution.h"

namespace lockstep::host {

/// Replaces this process by gdb. Throws UserError if there is none.
[[noreturn]] void debug(const trace::Execution& recorded, const Target& target);

}  // namespace lockstep::host
