// What is named on the command line: a program with its arguments, or a trace and the program that it is of.
#pragma once

#include <string>
#include <vector>

#include "cli/flags.h"
#include "host/child.h"
#include "trace/execution.h"

namespace lockstep::cli {

/// The program that `words` name and give arguments; throws UserError unless it is fit to be checked.
host::Target program_named(Command command, const std::vector<std::string>& words);

/// Throws UserError if there is none, or it is damaged or foreign.
trace::Execution load(const std::string& path);

/// The program of a trace; throws UserError unless it is there, and the build that the trace was made with.
host::Target target_of(const trace::Execution& execution, const std::string& trace_path);

}  // namespace lockstep::cli
