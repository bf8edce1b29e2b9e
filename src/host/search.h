// One search: the program is run under every execution the budget allows, and what is found is collected, whatever
// happens to the process.
//
// Thread safety: none.
#pragma once

#include <atomic>
#include <optional>
#include <vector>

#include "host/child.h"
#include "trace/execution.h"

namespace lockstep::host {

/// What a fault of the C++ standard library itself is.
enum class LibraryFaults { kWarnings, kBugs, kTrusted };

struct Settings {
  trace::Options options;  // mode, model, seed, depth, …
  bool keep_going = false;
  bool paranoid = false;
  LibraryFaults library = LibraryFaults::kWarnings;
  std::uint64_t max_executions = 0;                // 0: no limit
  double max_seconds = 30;                         // 0: no limit
  std::uint32_t preemptions = 0;                   // mode bounded
  int dump_fd = 0;                                 // see protocol::Config; 0: none
  std::uint32_t shard_index = 0, shard_count = 1;  // from 0
  std::uint32_t jobs = 1;                          // processes at the same time
  std::string checkpoint;                          // a file, empty: none
  // See protocol::Config; no variables: what the program prints
  bool collect_outcomes = false;
  std::vector<protocol::Variable> variables;
  std::uint64_t wanted_execution = 0;
  // Of one job of several
  std::uint32_t job_index = 0;
  int pool_fd = 0;
  std::atomic<bool>* stop_all = nullptr;  // set: the others are to stop as well
};

struct FoundBug {
  trace::Bug bug;
  std::vector<trace::Decision> decisions;
};

/// What some executions came to.
struct Observed {
  std::string text;  // standard output, or the bytes of Settings::variables one after the other
  bool cut = false;  // there was more of it
  protocol::Kind kind = protocol::Kind::kNone;
  std::int32_t code = 0;
  std::string message;
  std::uint64_t executions = 0;
  std::uint64_t example = 0;  // the number of the first one; 0: they have no numbers
};

/// Of Settings::collect_outcomes.
struct Observations {
  std::vector<Observed> list;
  std::uint64_t executions = 0;
  std::uint64_t other_executions = 0;         // whose outcomes are not in `list`, which was full
  std::uint64_t chosen = 0;                   // the execution with these decisions; 0: none
  std::optional<std::size_t> chosen_outcome;  // in `list`
  std::vector<trace::Decision> decisions;
};

struct SearchResult {
  std::vector<FoundBug> bugs, warnings;
  Observations observed;
  bool died = false;  // the process ended in the middle of an execution
  bool complete = false, depth_reached = false, interrupted = false;
  bool suspended = false;  // what is left is in the checkpoint
  std::uint64_t executions = 0, distinct = 0, blocked = 0, estimate = 0;
  double seconds = 0;
  protocol::Mode explorer = protocol::Mode::kAuto;
  std::string unsupported;  // empty if there was nothing of the kind
  std::vector<std::uint64_t> unsupported_frames;
  std::vector<trace::Module> modules;
};

/// Throws UserError if the program cannot be run under the checker at all. With jobs, `watcher` is called for all of
/// them, with the numbers of all added up.
SearchResult search(const Target& target, const Settings& settings, const Watcher& watcher);

/// Asks in the segment for the one execution that `decisions` describe.
void prepare_replay(protocol::Segment& segment, const trace::Options& options,
                    const std::vector<trace::Decision>& decisions);

/// Runs the one execution that `decisions` describe, in full detail.
struct Recorded {
  trace::Execution execution;
  bool diverged = false;
  bool interrupted = false;
  std::string problem;                        // why there is no recording, empty if there is one
  std::vector<std::uint64_t> problem_frames;  // where, innermost first
};
Recorded record(const Target& target, const trace::Options& options, const std::vector<trace::Decision>& decisions);

/// What lies next to a found bug; see Mode::kRefine.
struct Refined {
  std::vector<trace::Decision> decisions;  // the simplest execution with the same bug
  std::uint32_t preemptions = 0;
  std::vector<trace::Decision> passing;  // the nearest execution without; empty if none was found
  bool passes = false;
  std::uint64_t tried = 0;
  bool all = false;  // neighbours were tried
};
/// Nothing if the program does not do the same again, or is interrupted.
std::optional<Refined> refine(const Target& target, const trace::Options& options,
                              const std::vector<trace::Decision>& decisions);

}  // namespace lockstep::host
