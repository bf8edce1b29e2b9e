// One recorded execution of the program under test, and everything needed to run and to describe it again.
//
// This is all that the explanations and the reports know of the checker.
// Thread safety: plain data; share it read-only.
// Invariants, kept by sanitize(): every Stack lies within `frames`, every event index and thread index within its
// vector (or is the "none" value), so readers need no checks of their own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "check/protocol/segment.h"

namespace lockstep::trace {

using protocol::Decision;
using protocol::Event;
using protocol::Frame;
using protocol::HeapBlock;
using protocol::Held;
using protocol::Stack;

struct Thread {
  std::string name;
  std::uint64_t entry = 0, entry_arg = 0, entry_callable = 0;
  std::uint64_t stack_low = 0, stack_high = 0;
  std::uint64_t wait_addr = 0, wait_mutex = 0;
  Stack stack = {};
  std::uint32_t create_event = protocol::kNone;
  std::uint16_t created_by = protocol::kNoThread;
  std::uint16_t wait_holder = protocol::kNoThread;
  protocol::ThreadState state = protocol::ThreadState::kNotStarted;
  protocol::Op wait_op = protocol::Op::kNone;
  bool joined = false, detached = false;
};

struct GivenName {
  std::uint64_t addr = 0;
  std::string name;
};

struct Module {
  std::uint64_t base = 0, low = 0, high = 0;
  std::string path;  // empty: the program itself
};

struct Bug {
  protocol::Kind kind = protocol::Kind::kNone;
  bool warning = false;
  bool library = false;         // the standard library is at fault, not the program
  bool library_fenced = false;  // found with the library's atomics fenced
  std::uint16_t thread = protocol::kNoThread, other = protocol::kNoThread;
  std::uint16_t access_size = 0;
  std::int32_t code = 0;
  std::uint32_t event = protocol::kNone, other_event = protocol::kNone;
  std::uint32_t cycle_event = protocol::kNone;  // the first event of the part that repeats for ever, up to the last one
  std::uint64_t addr = 0, pc = 0, signature = 0;
  std::uint64_t found_after = 0, execution_seed = 0;
  std::uint32_t preemptions = 0;
  std::string message;
};

/// What must be equal for the same execution to happen again.
struct Options {
  protocol::Mode mode = protocol::Mode::kAuto;  // that found it
  protocol::MemoryModel model = protocol::MemoryModel::kRc11;
  protocol::Isolation isolation = protocol::Isolation::kAuto;
  bool spurious_wakeups = false;
  bool ignore_exit_status = false;
  bool detect_leaks = true;
  bool library_fenced = false;  // the standard library's own atomics are taken as fenced
  std::uint64_t seed = 1;
  std::uint64_t depth = 20000;
};

struct Program {
  std::string path;               // absolute
  std::vector<std::string> argv;  // as given, the program's name first
  std::string build_id;           // hexadecimal
};

struct Execution {
  Program program;
  Options options;
  std::vector<Module> modules;
  std::vector<Event> events;
  std::vector<Frame> frames;
  std::vector<Thread> threads;
  std::vector<HeapBlock> blocks;
  std::vector<Held> held;
  std::vector<GivenName> names;
  std::vector<Decision> decisions;
  std::optional<Bug> bug;
  std::vector<Bug> warnings;
  std::string output;
  bool truncated = false;
  /// A run that differs in one point and has no bug; null if none is known. It has none of its own, and shares program,
  /// options and modules with this one.
  std::shared_ptr<const Execution> passing;
  std::uint64_t neighbours = 0;  // runs that differ from this one in one point and were tried to find it
  bool all_neighbours = false;   // there are no others

  /// Threads are known by their index, which events keep in 16 bits.
  std::uint16_t thread_count() const { return static_cast<std::uint16_t>(threads.size()); }
  std::span<const Frame> stack(Stack s) const { return {frames.data() + s.first, s.count}; }
};

Bug bug_from(const protocol::Bug& bug);

/// The recording in `segment`; program and options other than the segment's own are the caller's to fill in.
Execution execution_from(const protocol::Segment& segment);

/// Establishes the invariants above whatever the data says.
void sanitize(Execution& execution);

/// Whether the two are the same execution: same events on the same objects with the same values. `difference` says
/// what differs first.
bool same_execution(const Execution& a, const Execution& b, std::string* difference);

}  // namespace lockstep::trace
