#include "explore/search.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "detect/library.h"
#include "detect/race.h"
#include "explore/driver.h"
#include "explore/explorer.h"
#include "explore/refine.h"
#include "program/heap.h"
#include "program/modules.h"
#include "program/program.h"
#include "program/signals.h"
#include "program/snapshot.h"
#include "record/debugger.h"
#include "record/dump.h"
#include "record/outcomes.h"
#include "record/output.h"
#include "record/recorder.h"

namespace lockstep::runtime {
namespace {

using protocol::Bug;
using protocol::Isolation;
using protocol::Mode;
using protocol::Phase;
using protocol::Segment;
using protocol::Status;

Result* g_result = nullptr;

int (*g_entry)(void*) = nullptr;
void* g_argument = nullptr;
bool g_fork = false;
u64 g_number = 0;             // executions begun
bool g_ends = false;          // some execution ran to its end
bool g_approximated = false;  // some execution left out outcomes: seeing all executions is no proof

constexpr u32 kFibersAtFirst = 8;

// Parts of a search sample different executions.
u64 execution_seed(const protocol::Config& c, u64 number) {
  u64 jobs = c.job_count ? c.job_count : 1;
  u64 parts = jobs * (c.shard_count ? c.shard_count : 1);
  return Random(c.seed * 0x2545f4914f6cdd1d + number * parts + c.shard_index * jobs + c.job_index).next();
}

Outcome run_here() {
  snapshot::restore();
  heap::reset();
  race::reset();
  if (program.config.collect_outcomes) output::forget_printed();
  return program.run(g_entry, g_argument);
}

void publish(Outcome outcome) {
  g_result->outcome = outcome;
  g_result->found = program.found;
  g_result->warning_count = program.warning_count;
  for (u32 i = 0; i < program.warning_count; ++i) g_result->warnings[i] = program.warnings[i];
  g_result->preemptions = program.preemptions;
  g_result->events = program.events();
  g_result->approximated = program.graph.approximated;
  bool whole = outcome == Outcome::kCompleted || outcome == Outcome::kBug;
  g_result->fingerprint = whole && !program.optimal ? program.fingerprint() : 0;
  if (whole && program.config.dump_fd && program.optimal && !program.optimal->logs() && program.optimal->counts()) {
    dump::execution(program.config.dump_fd);
  }
  if (program.config.variable_count) outcomes::note_values(program.config);
  g_result->reported = true;
}

// A child that died without a word crashed in a way that no handler saw.
void child_died(int status) {
  Bug& bug = g_result->found;
  bug = {};
  bug.kind = Kind::kCrash;
  bug.thread = bug.other = protocol::kNoThread;
  bug.event = bug.other_event = protocol::kNone;
  bug.code = (status & 0x7f) ? status & 0x7f : 0;
  bug.signature = static_cast<u64>(status) * 0x9e3779b97f4a7c15;
  g_result->outcome = Outcome::kBug;
  g_result->warning_count = 0;
}

Outcome run_once() {
  // A debugger stays with the process that it has started; what comes after does not matter to it.
  if (!g_fork || (program.recording && program.config.stop_count)) {
    publish(run_here());
    return g_result->outcome;
  }
  g_result->reported = false;
  i64 child = raw_syscall(SYS_fork);
  if (child == 0) {
    publish(run_here());
    raw_syscall(SYS_exit_group, 0);
  }
  if (child < 0) fatal("fork failed");
  int status = 0;
  while (raw_syscall(SYS_wait4, child, reinterpret_cast<i64>(&status), 0, 0) == -4 /* EINTR */) {
  }
  if (!g_result->reported) child_died(status);
  return g_result->outcome;
}

}  // namespace

const Result& last_result() { return *g_result; }

Outcome one_execution(Explorer& explorer, Segment& segment) {
  program.explorer = &explorer;
  program.optimal = &explorer == &optimal_explorer() ? &optimal_explorer() : nullptr;
  u64 number = g_number++;
  u64 seed = execution_seed(segment.config, number);
  segment.status.execution_seed = seed;
  for (;;) {
    explorer.begin(number, seed);
    Outcome outcome = run_once();
    if (outcome == Outcome::kMoreThreads) {
      snapshot::restore();
      snapshot::drop();
      u32 had = tls::count();
      if (tls::grow(had * 2) == had) fatal("the system does not allow more threads");
      snapshot::take();
      continue;
    }
    if (outcome == Outcome::kProbed) continue;
    if (outcome == Outcome::kNeedLibrary) {
      snapshot::restore();
      library::load();
      continue;
    }
    if (outcome == Outcome::kNeedFork && !g_fork) {
      if (segment.config.isolation == Isolation::kSnapshot) return Outcome::kUnsupported;
      g_fork = true;
      segment.status.forking = true;
      continue;
    }
    return outcome;
  }
}

namespace {

// What was reported already, as it was found and as it was simplified.
struct Known {
  Kind kind;
  u64 signature;
};
Table<Known> g_known;

bool is_known(const Bug& bug) {
  for (const Known& k : g_known) {
    if (k.kind == bug.kind && k.signature == bug.signature) return true;
  }
  return false;
}

void know(const Bug& bug) {
  if (!is_known(bug) && !g_known.full()) g_known.push({bug.kind, bug.signature});
}

bool is_plain(const Segment& segment) {
  u32 n = segment.status.decision_count.load(std::memory_order_relaxed);
  for (u32 i = 0; i < n; ++i) {
    ChoiceKind kind = segment.decisions[i].kind;
    bool unusual = kind == ChoiceKind::kReadsFrom || kind == ChoiceKind::kStorePlace || kind == ChoiceKind::kSpurious;
    if (unusual && segment.decisions[i].pick != 0) return false;
  }
  return true;
}

bool same_bug(const Bug& a, const Bug& b) {
  return a.kind == b.kind && (a.signature == b.signature || (a.addr == b.addr && a.addr != 0));
}

// Does what was found vanish when the standard library's own atomics are surrounded by fences? Then it is the library's
// fault: a warning, and the library is trusted from here on.
bool is_library_fault(Segment& segment) {
  if (program.library_fenced || is_plain(segment)) return false;
  library::load();
  Result found = *g_result;
  u64 seed = segment.status.execution_seed;
  u64 number = g_number;
  u32 count = segment.status.decision_count.load(std::memory_order_relaxed);
  copy_bytes(segment.replay, segment.decisions, count * sizeof segment.replay[0]);
  program.library_fenced = true;
  Outcome outcome = one_execution(replay_explorer(segment.replay, count), segment);
  bool vanished = outcome != Outcome::kBug || !same_bug(g_result->found, found.found);
  program.library_fenced = vanished;
  *g_result = found;
  g_number = number;
  segment.status.execution_seed = seed;
  copy_bytes(segment.decisions, segment.replay, count * sizeof segment.replay[0]);
  segment.status.decision_count.store(count, std::memory_order_relaxed);
  return vanished;
}

// Looks for the same bug in a simpler execution: no stale reads and as few preemptions as possible. What it leaves in
// segment.decisions and g_result is the best execution known. Bounded by events, not by time, so that equal seeds give
// equal reports.
void simplify(Segment& segment) {
  constexpr u64 kEvents = 300000;
  constexpr u32 kMostPreemptions = 3;
  Bug found = g_result->found;
  if (found.repeats) return;  // no enumeration comes by it
  u32 preemptions = g_result->preemptions;
  bool plain = is_plain(segment);
  if (plain && preemptions == 0) return;
  u32 count = segment.status.decision_count.load(std::memory_order_relaxed);
  if (count > protocol::kMaxDecisions / 2) return;
  // The upper half of the array keeps the original meanwhile.
  protocol::Decision* original = segment.decisions + protocol::kMaxDecisions / 2;
  copy_bytes(original, segment.decisions, count * sizeof *original);
  u64 seed = segment.status.execution_seed;
  u64 number = g_number;
  // One without stale reads may need more of them.
  u32 limit = plain ? preemptions - 1 : kMostPreemptions;
  Explorer& simplest = simplest_explorer(limit < kMostPreemptions ? limit : kMostPreemptions);
  bool better = false;
  for (u64 events = 0; events < kEvents && !better;) {
    Outcome outcome = one_execution(simplest, segment);
    better = outcome == Outcome::kBug && same_bug(g_result->found, found);
    events += g_result->events + 50;
    if (!better && !simplest.end(outcome)) break;
  }
  g_number = number;
  segment.status.execution_seed = seed;
  if (better) return;
  g_result->found = found;
  g_result->preemptions = preemptions;
  copy_bytes(segment.decisions, original, count * sizeof *original);
  segment.status.decision_count.store(count, std::memory_order_relaxed);
}

void keep_bug(Segment& segment, Bug bug, bool warning) {
  Status& status = segment.status;
  Bug* list = warning ? segment.warnings : segment.bugs;
  auto& count = warning ? status.warning_count : status.bug_count;
  u32 n = count.load(std::memory_order_relaxed);
  if (n == protocol::kMaxBugs || is_known(bug)) return;
  know(bug);
  u32 decisions = status.decision_count.load(std::memory_order_relaxed);
  if (segment.bug_decisions_used + decisions > protocol::kMaxBugDecisions) return;
  protocol::Decision* to = segment.bug_decisions + segment.bug_decisions_used;
  copy_bytes(to, segment.decisions, decisions * sizeof *to);
  segment.bug_decisions_used += decisions;
  bug.warning = warning;
  bug.decisions = static_cast<u64>(reinterpret_cast<u8*>(to) - reinterpret_cast<u8*>(&segment));
  bug.decision_count = decisions;
  bug.preemptions = g_result->preemptions;
  bug.found_after = status.executions.load(std::memory_order_relaxed);
  bug.execution_seed = status.execution_seed;
  list[n] = bug;
  count.store(n + 1, std::memory_order_release);
}

// The fingerprints of what sampling has run. When it is half full it counts no more.
class Fingerprints {
 public:
  void open() { slots_ = static_cast<u64*>(reserve(kSlots * sizeof(u64))); }
  void clear() {
    if (count_) raw_syscall(SYS_madvise, reinterpret_cast<i64>(slots_), kSlots * sizeof(u64), MADV_DONTNEED);
    count_ = 0;
  }
  /// True if it is new.
  bool insert(u64 fingerprint) {
    if (count_ == kSlots / 2) return false;
    for (u64 i = fingerprint % kSlots;; i = (i + 1) % kSlots) {
      if (slots_[i] == fingerprint) return false;
      if (slots_[i]) continue;
      slots_[i] = fingerprint;
      ++count_;
      return true;
    }
  }

 private:
  static constexpr u64 kSlots = 1u << 22;
  u64* slots_ = nullptr;
  u64 count_ = 0;
};
Fingerprints g_seen;

Bug not_deterministic() {
  Bug bug = {};
  bug.kind = Kind::kNondeterminism;
  bug.thread = bug.other = protocol::kNoThread;
  bug.event = bug.other_event = protocol::kNone;
  copy_text(bug.message, sizeof bug.message, "under the same decisions the program did something else");
  return bug;
}

enum class Next : u8 { kGoOn, kStop, kStartAgain };

// Counts and keeps what the execution brought. kStartAgain: the rules have changed, so an enumeration begins anew.
Next account(Segment& segment, const Explorer& explorer, Outcome outcome) {
  Status& status = segment.status;
  auto add = [](std::atomic<u64>& counter, u64 n) {
    counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  };
  add(status.events, g_result->events + 1);
  g_approximated |= g_result->approximated;
  g_ends |= outcome == Outcome::kCompleted;
  switch (outcome) {
    case Outcome::kCompleted:
    case Outcome::kBug:
      if (!explorer.counts()) break;
      // Threads that wait for ever in loops: cut by their awaits.
      if (outcome == Outcome::kBug && g_result->found.kind == Kind::kLivelock && !g_result->found.repeats) {
        add(status.blocked, 1);
        break;
      }
      add(status.executions, 1);
      if (g_result->fingerprint && g_seen.insert(g_result->fingerprint)) add(status.distinct, 1);
      break;
    case Outcome::kBlocked:
      add(status.blocked, explorer.counts());
      break;
    case Outcome::kDepth:
      add(status.blocked, explorer.counts());
      status.depth_reached = true;
      break;
    case Outcome::kUnsupported:
    case Outcome::kNeedFork:
      status.phase = Phase::kUnsupported;
      return Next::kStop;
    case Outcome::kStartAgain:
      return Next::kStartAgain;
    case Outcome::kDiverged:
      keep_bug(segment, not_deterministic(), false);
      return Next::kStop;
    default:
      break;
  }
  for (u32 i = 0; i < g_result->warning_count; ++i) keep_bug(segment, g_result->warnings[i], true);
  if (outcome == Outcome::kBug) {
    if (!is_known(g_result->found)) {
      Bug as_found = g_result->found;
      simplify(segment);
      if (is_library_fault(segment)) {
        g_result->found.library = true;
        keep_bug(segment, g_result->found, true);
        return Next::kStartAgain;
      }
      keep_bug(segment, g_result->found, false);
      know(as_found);
    }
    if (!segment.config.keep_going) return Next::kStop;
  }
  return status.stop.load(std::memory_order_relaxed) ? Next::kStop : Next::kGoOn;
}

// The execution brought a bug or a warning that is not known yet.
bool is_news(Outcome outcome) {
  bool news = outcome == Outcome::kBug && !is_known(g_result->found);
  for (u32 i = 0; i < g_result->warning_count; ++i) news |= !is_known(g_result->warnings[i]);
  return news;
}

enum class Ended : u8 { kAll, kLimit, kBudget, kStopped };

// A stretch of the search under one explorer, until it says so, `limit` executions, or the time.
class Stretch {
 public:
  Stretch(Segment& segment, Explorer& explorer, Mode mode) : segment_(segment), explorer_(explorer) {
    segment.status.explorer = mode;
  }

  /// Up to `limit` executions of ordinary length, or fewer long ones (kLimit); kBudget: the search's time or number of
  /// executions is used up.
  Ended run(u64 limit, u64 until) {
    Ended ended = explore(limit, until);
    // Meanwhile it depends on when the clock was looked at; the last word must not.
    bool unfinished = ended == Ended::kLimit || ended == Ended::kBudget;
    segment_.status.estimate = unfinished ? explorer_.estimate() : 0;
    return ended;
  }

 private:
  Ended explore(u64 limit, u64 until) {
    constexpr u64 kCutForEach = 100;
    constexpr u64 kEventsForEach = 500;
    u64 events = 0;
    constexpr u64 kCyclesBetweenLooks = 10000000;  // a few milliseconds on any machine
    u64 work = 0;
    u64 looked = __builtin_ia32_rdtsc();
    const protocol::Config& config = segment_.config;
    for (u64 n = 0; n < limit && events / kEventsForEach < limit; ++n) {
      u64 total = segment_.status.executions.load(std::memory_order_relaxed);
      if (config.max_executions && total >= config.max_executions) return Ended::kBudget;
      // Executions that are always cut do not count, but must not go on for ever either.
      u64 cut = segment_.status.blocked.load(std::memory_order_relaxed);
      if (config.max_executions && cut >= kCutForEach * config.max_executions) return Ended::kBudget;
      Outcome outcome = one_execution(explorer_, segment_);
      bool wanted =
          config.collect_outcomes && explorer_.counts() && outcomes::count(segment_, outcome, g_result->found);
      if ((wanted || is_news(outcome)) && explorer_.log_again()) outcome = one_execution(explorer_, segment_);
      events += g_result->events;
      if (wanted) {
        outcomes::keep_decisions(segment_);
        if (config.wanted_execution != protocol::kAnyExecution) return Ended::kStopped;
      }
      Next next = account(segment_, explorer_, outcome);
      program.explorer = &explorer_;
      bool more = outcome == Outcome::kStartAgain || explorer_.end(outcome);
      if (next == Next::kStop) return Ended::kStopped;
      if (next == Next::kStartAgain) {
        if (config.collect_outcomes) outcomes::begin(segment_);
        explorer_.restart();
        more = true;
      }
      if (!more) return Ended::kAll;
      // The clock costs as much as a tenth of a small execution, the cycle counter next to nothing.
      u64 cycles = __builtin_ia32_rdtsc();
      if (++work >= 256 || cycles - looked > kCyclesBetweenLooks) {
        work = 0;
        looked = cycles;
        segment_.status.estimate = explorer_.estimate();
        if (until && real_nanoseconds() >= until) return Ended::kBudget;
      }
    }
    return Ended::kLimit;
  }

  Segment& segment_;
  Explorer& explorer_;
};

bool proved(const Segment& segment, const Explorer& explorer) {
  bool all = &explorer == &optimal_explorer() ? optimal_explorer().proved() : depth_first_proved();
  return !segment.status.depth_reached && !g_approximated && all;
}

// The execution that was just run can be replayed. Whether a thread is seen to spin may hang on what earlier executions
// have left on its stack: then a finding could not be shown.
bool happens_again(Segment& segment) {
  u32 count = segment.status.decision_count.load(std::memory_order_relaxed);
  copy_bytes(segment.replay, segment.decisions, count * sizeof segment.replay[0]);
  return one_execution(replay_explorer(segment.replay, count), segment) == Outcome::kBug && g_result->found.repeats;
}

// Looks for executions that go round for ever (explore/fair.cpp). They are a fixed number, are none of the
// enumeration's and not counted but for what they find.
Ended look_for_cycles(Segment& segment, u64 until) {
  u64 number = g_number;
  Explorer& fair = fair_explorer(g_ends);
  Ended ended = Ended::kLimit;
  for (bool more = true; more && ended == Ended::kLimit;) {
    if (segment.status.stop.load(std::memory_order_relaxed)) return Ended::kStopped;
    Outcome outcome = one_execution(fair, segment);
    more = fair.end(outcome);
    // Everything else is found by others, and told by its simplest execution.
    bool repeats = outcome == Outcome::kBug && g_result->found.repeats;
    if (repeats && happens_again(segment) && account(segment, fair, outcome) == Next::kStop) return Ended::kStopped;
    if (until && real_nanoseconds() >= until) ended = Ended::kBudget;
  }
  g_number = number;
  return ended;
}

// Goes on where an earlier search has stopped.
void resume(const protocol::Config& config, Explorer& explorer) {
  if (config.checkpoint_in && !explorer.load(config.checkpoint_in)) {
    fatal("the checkpoint is not one of this version of the checker, or of this kind of search");
  }
}

// What is left goes into the checkpoint.
void suspend(Segment& segment, const Explorer& explorer) {
  if (!segment.config.checkpoint_out || segment.status.complete) return;
  segment.status.suspended = explorer.save(segment.config.checkpoint_out);
}

// Depth first and sampling take turns. How long each turn is follows from what was explored, never from the clock, so
// that equal seeds find equal things; only the end of the budget does.
void explore_automatically(Segment& segment, u64 until) {
  constexpr u64 kFirstLook = 2000;
  constexpr u64 kLong = 20000;
  constexpr u64 kShort = 1000;
  // An enumeration that has seen less than this part of the whole will hardly end: sampling gets most of the time.
  constexpr u64 kHopeless = 500;
  Explorer& everything = exhaustive_explorer();
  resume(segment.config, everything);
  bool fenced = program.library_fenced;
  bool goes_on = segment.config.checkpoint_in;  // then that was done when the search began
  if (!goes_on && look_for_cycles(segment, until) != Ended::kLimit) return;
  u64 turn = kFirstLook;
  u64 sample = kShort / 2;
  bool all_cut = false;  // the enumeration is over, but no proof
  for (u64 enumerated = 0;;) {
    if (program.library_fenced != fenced) {
      fenced = program.library_fenced;
      everything.restart();
    }
    if (!all_cut) {
      Ended ended = Stretch(segment, everything, Mode::kExhaustive).run(turn, until);
      if (ended == Ended::kAll) {
        segment.status.complete = proved(segment, everything);
        // What --depth cut off may yet be met by chance; without a budget there would be no end.
        all_cut = segment.status.depth_reached && (until || segment.config.max_executions);
        if (!all_cut) return;
      } else if (ended != Ended::kLimit) {
        return;
      }
    }
    enumerated += turn;
    bool hopeless = !all_cut && everything.estimate() / kHopeless > enumerated;
    // Bugs that need an unusual order early on are found sooner by chance than depth first.
    if (Stretch(segment, pct_explorer(), Mode::kPct).run(sample, until) != Ended::kLimit) return;
    if (Stretch(segment, pos_explorer(), Mode::kPos).run(sample, until) != Ended::kLimit) return;
    turn = hopeless ? kFirstLook : kLong;
    sample = hopeless ? 4 * kShort : kShort;
  }
}

Explorer& make_explorer(const protocol::Config& config) {
  switch (config.mode) {
    case Mode::kRandom:
      return random_explorer();
    case Mode::kPct:
      return pct_explorer();
    case Mode::kPos:
      return pos_explorer();
    case Mode::kBounded:
      return bounded_explorer(config.preemptions);
    case Mode::kBrute:
      return brute_explorer();
    case Mode::kSleepSets:
      return sleep_set_explorer();
    default:
      return exhaustive_explorer();
  }
}

void explore(Segment& segment) {
  u64 begun = real_nanoseconds();
  u64 until = segment.config.max_nanoseconds ? begun + segment.config.max_nanoseconds : 0;
  if (segment.config.mode == Mode::kAuto) {
    explore_automatically(segment, until);
    suspend(segment, optimal_explorer());
  } else {
    Explorer& explorer = make_explorer(segment.config);
    constexpr u64 kFirstLook = 16;
    resume(segment.config, explorer);
    bool enumerates =
        segment.config.mode != Mode::kRandom && segment.config.mode != Mode::kPct && segment.config.mode != Mode::kPos;
    Ended ended = Ended::kLimit;
    for (u64 n = 0; n < kFirstLook && ended == Ended::kLimit && !segment.status.depth_reached; ++n) {
      ended = Stretch(segment, explorer, segment.config.mode).run(1, until);
    }
    if (ended == Ended::kLimit && !segment.status.depth_reached) {
      ended = Stretch(segment, explorer, segment.config.mode).run(~u64{0}, until);
    }
    if (ended == Ended::kAll && enumerates) segment.status.complete = proved(segment, explorer);
    if (segment.status.depth_reached && (ended == Ended::kLimit || ended == Ended::kAll)) {
      Ended cycles = look_for_cycles(segment, until);
      if (cycles == Ended::kLimit && ended == Ended::kLimit) {
        Stretch(segment, explorer, segment.config.mode).run(~u64{0}, until);
      }
    }
    suspend(segment, explorer);
  }
  segment.status.nanoseconds = real_nanoseconds() - begun;
}

}  // namespace

void search(Segment& segment, int (*entry)(void*), void* argument) {
  program.library_fenced = segment.config.library_fenced;
  if (program.library_fenced) modules::load(), library::load();
  on_fatal = [](const char* message) {
    protocol::Status& status = program.segment->status;
    copy_text(status.error, sizeof status.error, message);
    status.phase = Phase::kFailed;
    output::restore();
  };
  program.segment = &segment;
  g_entry = entry;
  g_argument = argument;
  g_number = segment.config.skip_executions;
  g_approximated = g_ends = false;
  g_fork = segment.config.isolation == Isolation::kFork;
  segment.status.forking = g_fork;
  if (!g_result) {
    g_result = static_cast<Result*>(reserve(sizeof(Result), true));
    race::open();
    g_known.open(4 * protocol::kMaxBugs);
    g_seen.open();
  }
  g_known.clear();
  g_seen.clear();
  modules::load();
  modules::describe(segment);
  program.open(segment.config);
  if (tls::foreign_threads()) {
    copy_text(segment.status.unsupported, sizeof segment.status.unsupported,
              "a shared library has started threads before main; the checker cannot run those as fibers");
    segment.status.phase = Phase::kUnsupported;
    return;
  }
  tls::grow(kFibersAtFirst);
  signals::install();
  output::redirect();
  if (segment.config.collect_outcomes) {
    output::keep_printed();
    outcomes::begin(segment);
  }
  snapshot::take();
  if (segment.config.mode == Mode::kReplay) {
    record(segment, reinterpret_cast<protocol::Decision*>(reinterpret_cast<u8*>(&segment) + segment.config.replay),
           segment.config.replay_count);
  } else if (segment.config.mode == Mode::kRefine) {
    segment.status.phase = Phase::kExploring;
    refine(segment);
    segment.status.phase = Phase::kDone;
  } else {
    segment.status.phase = Phase::kExploring;
    explore(segment);
    if (segment.status.phase == Phase::kExploring) segment.status.phase = Phase::kDone;
  }
}

void record(Segment& segment, const protocol::Decision* decisions, unsigned count) {
  Status& status = segment.status;
  status.phase = Phase::kRecording;
  Explorer& explorer = replay_explorer(decisions, count);
  // First find out which memory several threads touch, then record, with the accesses to just that memory.
  race::forget_shared();
  race::collect_shared(true);
  one_execution(explorer, segment);
  race::collect_shared(false);
  program.recording = true;
  output::capture();
  debugger::begin(segment);
  Outcome outcome = one_execution(explorer, segment);
  if (outcome == Outcome::kDiverged) debugger::diverged();
  output::collect(segment.recording);
  program.recording = false;
  status.executions = 1;
  status.diverged = outcome == Outcome::kDiverged;
  if (outcome == Outcome::kUnsupported || outcome == Outcome::kNeedFork) {
    status.phase = Phase::kUnsupported;
    return;
  }
  status.phase = Phase::kDone;
}

void finish_search() {
  on_fatal = nullptr;
  snapshot::restore();
  snapshot::drop();
  output::restore();
  signals::remove();
}

}  // namespace lockstep::runtime
