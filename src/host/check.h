// A whole check: search, record what was found, explain it; and the replay of a trace.
//
// Thread safety: none.
#pragma once

#include <functional>
#include <string>

#include "host/search.h"
#include "report/report.h"

namespace lockstep::host {

struct CheckOptions {
  Settings settings;
  bool warnings_as_errors = false;
  /// Saves the trace of a bug and returns its path, or an empty text if there is none.
  std::function<std::string(const trace::Execution&)> save_trace;
};

struct Outcome {
  report::Report report;
  int status = 0;  // of the command
};

Outcome check(const Target& target, const CheckOptions& options, const Watcher& watcher);

/// Runs the trace's execution again; status 4 if it is another one now.
Outcome replay(const trace::Execution& recorded, const Target& target);

/// The report of a finished segment that another process has filled (lockstep::check).
Outcome report_of(const protocol::Segment& segment, const std::string& program);

/// How the passing run of a trace goes, in words.
std::string counterfactual_text(const trace::Execution& execution, const report::TextStyle& style);

/// Why a search ended.
report::Stopped stop_reason(const SearchResult& result, const Settings& settings);

/// A stack of return addresses as text, innermost first: `transfer at bank.cpp:12`.
std::vector<std::string> describe_frames(const std::vector<std::uint64_t>& frames,
                                         const std::vector<trace::Module>& modules, const std::string& program);

/// The report of a recorded execution as it stands.
report::Report report_of(const trace::Execution& execution);

}  // namespace lockstep::host
