// A trace named on the command line, and the program that it is of.
#pragma once

#include <string>

#include "host/child.h"
#include "trace/execution.h"

namespace lockstep::cli {

/// Throws UserError if there is none, or it is damaged or foreign.
trace::Execution load(const std::string& path);

/// The program of a trace; throws UserError unless it is there, and the build that the trace was made with.
host::Target target_of(const trace::Execution& execution, const std::string& trace_path);

}  // namespace lockstep::cli
