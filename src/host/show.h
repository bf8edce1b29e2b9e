// The outcomes of a program, and one of its executions in full.
//
// Thread safety: none.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/search.h"
#include "report/outcomes.h"

namespace lockstep::host {

struct ShowOptions {
  /// Settings::options and the budget are the caller's; the rest follows.
  Settings settings;
  /// Names of variables whose final values are the outcome. Empty: what the program prints is, or if it never prints,
  /// the variables that the expectations name, or all numbers with static storage in the user's code.
  std::vector<std::string> variables;
  report::Expectations expectations;
};

struct Table {
  report::OutcomeTable table;
  int status = 0;  // of the command
};

/// Throws UserError for what the user has to put right.
Table show_outcomes(const Target& target, const ShowOptions& options, const Watcher& watcher);

/// Execution `number`, or kAnyExecution. `status` is other than 0 if it could not be run again.
struct Shown {
  report::ShownExecution execution;
  trace::Execution recorded;
  int status = 0;
};
Shown show_execution(const Target& target, const ShowOptions& options, std::uint64_t number, const Watcher& watcher);

}  // namespace lockstep::host
