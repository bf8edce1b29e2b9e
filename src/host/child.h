// Runs the program under test once, from start to end.
//
// Thread safety: several threads may run a child each.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "check/protocol/segment.h"
#include "host/program_file.h"
#include "host/shared_segment.h"

namespace lockstep::host {

/// What to run.
struct Target {
  ProgramFile file;
  std::vector<std::string> argv;
  std::string runtime;  // the library to preload, empty if it is linked in
};

struct ChildEnd {
  bool done = false;         // the runtime came to its end: phase kDone, kUnsupported or kFailed
  bool interrupted = false;  // by Ctrl-C
  bool hung = false;         // killed by the watchdog
  int signal = 0;            // that killed it, 0 if none
  int status = 0;            // its exit status otherwise
  std::string error_output;  // the end of what came on standard error
};

/// Called about ten times a second while the program runs.
using Watcher = std::function<void(const protocol::Status&)>;

/// Starts the program with the segment and waits for its end. `stop_after` (seconds, 0: never) asks it to stop then,
/// should it not do so by itself. Throws UserError if it cannot be started.
/// `stop_all` (may be null): another thread's wish that it stop.
ChildEnd run_child(const Target& target, SharedSegment& segment, double stop_after, const Watcher& watcher,
                   const std::atomic<bool>* stop_all = nullptr);

/// Replaces this process by the program, as run_child() starts it, but for standard error. Throws UserError.
[[noreturn]] void become(const Target& target, int segment_fd);

}  // namespace lockstep::host
