#include "host/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <exception>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "host/checkpoint.h"
#include "host/memory_file.h"
#include "host/user_error.h"
#include "trace/vocabulary.h"

namespace lockstep::host {
namespace {

using Clock = std::chrono::steady_clock;
using protocol::Kind;
using protocol::Phase;

constexpr int kMaxRestarts = 1000;  // after crashes that ended the process
constexpr double kOverrun = 1.0;    // seconds the runtime may take longer than its budget before it is told to stop

template <std::size_t N>
std::string text_of(const char (&bytes)[N]) {
  return std::string(bytes, strnlen(bytes, N));
}

void configure(protocol::Config& c, const trace::Options& o) {
  c.mode = o.mode;
  c.model = o.model;
  c.isolation = o.isolation;
  c.spurious_wakeups = o.spurious_wakeups;
  c.ignore_exit_status = o.ignore_exit_status;
  c.detect_leaks = o.detect_leaks;
  c.library_fenced = o.library_fenced;
  c.seed = o.seed;
  c.depth = o.depth;
}

std::vector<trace::Decision> decisions_of(const protocol::Segment& segment, const protocol::Bug& bug) {
  const std::uint64_t first = offsetof(protocol::Segment, bug_decisions);
  const std::uint64_t bytes = sizeof segment.bug_decisions;
  if (bug.decisions < first || bug.decisions - first > bytes ||
      std::uint64_t{bug.decision_count} * sizeof(protocol::Decision) > bytes - (bug.decisions - first)) {
    return {};
  }
  std::vector<trace::Decision> out(bug.decision_count);
  std::memcpy(static_cast<void*>(out.data()), reinterpret_cast<const char*>(&segment) + bug.decisions,
              out.size() * sizeof(protocol::Decision));
  return out;
}

void collect(const protocol::Segment& segment, const protocol::Bug* list, std::uint32_t count,
             std::vector<FoundBug>& out) {
  for (std::uint32_t i = 0; i < std::min(count, protocol::kMaxBugs); ++i) {
    const bool known = std::any_of(out.begin(), out.end(), [&](const FoundBug& f) {
      return f.bug.kind == list[i].kind && f.bug.signature == list[i].signature;
    });
    if (!known) out.push_back({trace::bug_from(list[i]), decisions_of(segment, list[i])});
  }
}

Observations observations(const protocol::Outcomes& all) {
  Observations o;
  o.executions = all.executions.load();
  o.other_executions = all.other_executions;
  for (std::uint32_t i = 0; i < std::min(all.count.load(), protocol::kMaxOutcomes); ++i) {
    const protocol::Outcome& from = all.list[i];
    Observed to;
    const std::uint32_t first = std::min(from.text, protocol::kMaxOutcomeTexts);
    to.text.assign(all.text + first, std::min(from.text_bytes, protocol::kMaxOutcomeTexts - first));
    to.cut = from.cut;
    to.kind = from.kind;
    to.code = from.code;
    to.message = text_of(from.message);
    to.executions = from.executions;
    to.example = from.example;
    o.list.push_back(std::move(to));
  }
  o.chosen = all.chosen;
  if (o.chosen != 0) {
    if (all.chosen_outcome < o.list.size()) o.chosen_outcome = all.chosen_outcome;
    o.decisions.assign(all.decisions, all.decisions + std::min(all.decision_count, protocol::kMaxDecisions));
  }
  return o;
}

// Of two jobs, whose executions have no numbers together.
void add(Observations& sum, Observations part) {
  sum.executions += part.executions;
  sum.other_executions += part.other_executions;
  for (Observed& o : part.list) {
    const auto same = std::find_if(sum.list.begin(), sum.list.end(), [&](const Observed& k) {
      return k.text == o.text && k.cut == o.cut && k.kind == o.kind && k.code == o.code && k.message == o.message;
    });
    if (same == sum.list.end()) {
      sum.list.push_back(std::move(o));
    } else {
      same->executions += o.executions;
    }
  }
}

// What the program was in the middle of when its process died.
FoundBug death(const protocol::Segment& segment, const ChildEnd& end, std::uint64_t executions) {
  FoundBug f;
  const protocol::Status& status = segment.status;
  f.bug.kind = end.signal != 0 ? Kind::kCrash : Kind::kExitStatus;
  f.bug.code = end.signal != 0 ? end.signal : end.status;
  f.bug.message = end.signal != 0 ? fmt::format("signal {} ({})", end.signal, strsignal(end.signal))
                                  : fmt::format("the process ended by itself with status {}", end.status);
  f.bug.signature = 0x6465617468u ^ (static_cast<std::uint64_t>(f.bug.code) << 40);
  f.bug.found_after = executions + 1;
  f.bug.execution_seed = status.execution_seed;
  f.bug.thread = 0;
  const std::uint32_t count = std::min(status.decision_count.load(), protocol::kMaxDecisions);
  f.decisions.assign(segment.decisions, segment.decisions + count);
  return f;
}

[[noreturn]] void never_started(const Target& target, const protocol::Segment& segment, const ChildEnd& end) {
  if (segment.status.phase.load() == Phase::kFailed) {
    throw UserError(fmt::format("{}: the checker failed: {}", target.file.path, text_of(segment.status.error)));
  }
  std::string how = end.signal != 0 ? fmt::format("killed by signal {} ({})", end.signal, strsignal(end.signal))
                                    : fmt::format("exit status {}", end.status);
  std::string said = end.error_output;
  while (!said.empty() && said.back() == '\n') said.pop_back();
  if (!said.empty()) how += "; it said: " + said;
  throw UserError(fmt::format("{}: the program did not start: it ended before the checker could take over ({})",
                              target.file.path, how));
}

}  // namespace

namespace {

SearchResult search_alone(const Target& target, const Settings& settings, const Watcher& watcher,
                          const Checkpoint* from, Checkpoint* to) {
  SearchResult r;
  const Clock::time_point started = Clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - started).count(); };
  std::uint64_t executions_before = protocol::kNone;
  for (int restart = 0; restart < kMaxRestarts; ++restart) {
    SharedSegment segment;
    protocol::Config& c = segment->config;
    configure(c, settings.options);
    c.keep_going = settings.keep_going;
    c.paranoid = settings.paranoid;
    c.preemptions = settings.preemptions;
    c.dump_fd = settings.dump_fd;
    c.shard_index = settings.shard_index;
    c.shard_count = settings.shard_count;
    c.job_index = settings.job_index;
    c.job_count = settings.jobs;
    c.pool_fd = settings.pool_fd;
    const MemoryFile saved(from && restart == 0 ? &from->state : nullptr), left_over(nullptr);
    if (from && restart == 0) c.checkpoint_in = saved.fd();
    if (to) c.checkpoint_out = left_over.fd();
    c.collect_outcomes = settings.collect_outcomes;
    c.wanted_execution = settings.wanted_execution;
    c.variable_count =
        static_cast<std::uint32_t>(std::min<std::size_t>(settings.variables.size(), protocol::kMaxVariables));
    std::copy_n(settings.variables.begin(), c.variable_count, c.variables);
    c.max_executions = settings.max_executions;
    c.skip_executions = r.executions;
    double left = 0;
    if (settings.max_seconds > 0) {
      left = settings.max_seconds - elapsed();
      if (left <= 0) break;
      c.max_nanoseconds = static_cast<std::uint64_t>(left * 1e9);
    }
    const ChildEnd end = run_child(target, segment, left > 0 ? left + kOverrun : 0, watcher, settings.stop_all);

    const protocol::Status& status = segment->status;
    const Phase phase = status.phase.load();
    r.executions += status.executions.load();
    // What two processes have seen is not compared, so after a restart nobody knows.
    r.distinct = restart == 0 ? status.distinct.load() : 0;
    r.blocked += status.blocked.load();
    r.estimate = status.estimate.load();
    r.depth_reached |= status.depth_reached.load();
    r.complete = status.complete.load() && phase == Phase::kDone;
    r.explorer = status.explorer.load();
    r.interrupted = end.interrupted;
    r.suspended = to && status.suspended.load();
    if (r.suspended) to->state = left_over.contents();
    collect(*segment, segment->bugs, status.bug_count.load(), r.bugs);
    collect(*segment, segment->warnings, status.warning_count.load(), r.warnings);
    r.modules = trace::execution_from(*segment).modules;
    if (settings.collect_outcomes) r.observed = observations(segment->outcomes);

    if (phase == Phase::kUnsupported && !end.hung) {
      r.unsupported = text_of(status.unsupported);
      if (r.unsupported.empty()) r.unsupported = "an operation of the program";
      const std::uint32_t frames = std::min<std::uint32_t>(status.unsupported_frame_count, 32);
      r.unsupported_frames.assign(status.unsupported_frames, status.unsupported_frames + frames);
      break;
    }
    if (phase == Phase::kFailed || (phase == Phase::kStarting && !end.hung && !end.interrupted)) {
      never_started(target, *segment, end);
    }
    if (end.hung) {
      r.unsupported = phase == Phase::kStarting
                          ? "the program did not come to its main within 10 s"
                          : "nothing happened for 10 s: a thread blocks in a call that the checker does not see, or "
                            "loops without touching anything that another thread could change";
      // Where, if the runtime was still able to say it.
      const std::uint32_t frames = std::min<std::uint32_t>(status.unsupported_frame_count, 32);
      r.unsupported_frames.assign(status.unsupported_frames, status.unsupported_frames + frames);
      break;
    }
    if (end.done || end.interrupted) break;

    // The process died under the runtime: a finding of the execution that was running.
    FoundBug found = death(*segment, end, r.executions);
    r.died = true;
    ++r.executions;
    const bool known = std::any_of(r.bugs.begin(), r.bugs.end(), [&](const FoundBug& f) {
      return f.bug.kind == found.bug.kind && f.bug.signature == found.bug.signature;
    });
    if (!known) r.bugs.push_back(std::move(found));
    const bool stuck = r.executions == executions_before;
    executions_before = r.executions;
    if (!settings.keep_going || stuck || settings.collect_outcomes) break;
    if (settings.max_executions > 0 && r.executions >= settings.max_executions) break;
  }
  r.seconds = elapsed();
  return r;
}

void add(SearchResult& sum, SearchResult part, bool first) {
  if (first) {
    sum = std::move(part);
    return;
  }
  sum.executions += part.executions;
  sum.distinct = sum.distinct && part.distinct ? sum.distinct + part.distinct : 0;
  sum.blocked += part.blocked;
  sum.estimate += part.estimate;
  sum.seconds = std::max(sum.seconds, part.seconds);
  sum.complete &= part.complete;
  sum.died |= part.died;
  add(sum.observed, std::move(part.observed));
  sum.depth_reached |= part.depth_reached;
  sum.interrupted |= part.interrupted;
  if (sum.unsupported.empty()) {
    sum.unsupported = std::move(part.unsupported);
    sum.unsupported_frames = std::move(part.unsupported_frames);
  }
  for (auto [from, to] : {std::pair{&part.bugs, &sum.bugs}, std::pair{&part.warnings, &sum.warnings}}) {
    for (FoundBug& f : *from) {
      const bool known = std::any_of(to->begin(), to->end(), [&](const FoundBug& k) {
        return k.bug.kind == f.bug.kind && k.bug.signature == f.bug.signature;
      });
      if (!known) to->push_back(std::move(f));
    }
  }
}

// What all jobs have done so far, as one status.
class Overview {
 public:
  Overview(std::uint32_t jobs, const Watcher& watcher) : rows_(jobs), watcher_(watcher) {}

  void update(std::uint32_t job, const protocol::Status& status) {
    const std::lock_guard lock(mutex_);
    rows_[job] = {status.executions.load(), status.estimate.load(), status.bug_count.load()};
    if (!watcher_) return;
    std::uint64_t executions = 0, estimate = 0;
    std::uint32_t bugs = 0;
    for (const Row& r : rows_) {
      executions += r.executions;
      estimate += r.estimate;
      bugs += r.bugs;
    }
    sum_.executions = executions;
    sum_.estimate = estimate;
    sum_.bug_count = bugs;
    sum_.explorer = status.explorer.load();
    watcher_(sum_);
  }

 private:
  struct Row {
    std::uint64_t executions = 0, estimate = 0;
    std::uint32_t bugs = 0;
  };
  std::mutex mutex_;
  std::vector<Row> rows_;
  protocol::Status sum_ = {};
  const Watcher& watcher_;
};

SearchResult search_together(const Target& target, const Settings& settings, const Watcher& watcher) {
  const MemoryFile pool(nullptr, sizeof(protocol::Pool));
  std::atomic<bool> stop = false;
  Overview overview(settings.jobs, watcher);
  std::vector<SearchResult> results(settings.jobs);
  std::vector<std::exception_ptr> failures(settings.jobs);
  std::vector<std::thread> threads;
  for (std::uint32_t job = 0; job < settings.jobs; ++job) {
    threads.emplace_back([&, job] {
      Settings own = settings;
      own.job_index = job;
      own.pool_fd = pool.fd();
      own.stop_all = &stop;
      if (own.max_executions) own.max_executions = (own.max_executions + settings.jobs - 1 - job) / settings.jobs;
      try {
        if (settings.max_executions == 0 || own.max_executions > 0) {
          results[job] = search_alone(
              target, own, [&](const protocol::Status& s) { overview.update(job, s); }, nullptr, nullptr);
        }
        if (!results[job].bugs.empty() && !settings.keep_going) stop = true;
      } catch (...) {
        failures[job] = std::current_exception();
        stop = true;
      }
    });
  }
  for (std::thread& t : threads) t.join();
  SearchResult sum;
  for (std::uint32_t job = 0; job < settings.jobs; ++job) {
    if (failures[job]) std::rethrow_exception(failures[job]);
    add(sum, std::move(results[job]), job == 0);
  }
  for (Observed& o : sum.observed.list) o.example = 0;
  return sum;
}

}  // namespace

SearchResult search(const Target& target, const Settings& settings, const Watcher& watcher) {
  if (settings.jobs > 1) return search_together(target, settings, watcher);
  if (settings.checkpoint.empty()) return search_alone(target, settings, watcher, nullptr, nullptr);
  std::optional<Checkpoint> from = load_checkpoint(settings.checkpoint, target, settings);
  Checkpoint left;
  SearchResult r = search_alone(target, settings, watcher, from ? &*from : nullptr, &left);
  if (from) {
    r.executions += from->executions;
    r.blocked += from->blocked;
    r.seconds += from->seconds;
    r.distinct = 0;
  }
  left.executions = r.executions;
  left.blocked = r.blocked;
  left.seconds = r.seconds;
  r.suspended &= r.bugs.empty();  // a search that has found something has its report already
  if (r.suspended) save_checkpoint(settings.checkpoint, target, settings, left);
  if (r.complete) std::filesystem::remove(settings.checkpoint);
  return r;
}

std::optional<Refined> refine(const Target& target, const trace::Options& options,
                              const std::vector<trace::Decision>& decisions) {
  SharedSegment segment;
  protocol::Config& c = segment->config;
  configure(c, options);
  c.mode = protocol::Mode::kRefine;
  c.replay = offsetof(protocol::Segment, replay);
  c.replay_count = static_cast<std::uint32_t>(std::min<std::size_t>(decisions.size(), protocol::kMaxDecisions));
  std::copy_n(decisions.begin(), c.replay_count, segment->replay);
  const ChildEnd end = run_child(target, segment, 0, {});
  const protocol::Status& status = segment->status;
  // A neighbour may have ended the process; what was found before that holds.
  if (end.interrupted || status.bug_count.load() != 1) return std::nullopt;
  Refined r;
  r.decisions.assign(segment->replay, segment->replay + std::min(c.replay_count, protocol::kMaxDecisions));
  r.preemptions = segment->bugs[0].preemptions;
  r.tried = status.executions.load();
  r.all = status.complete.load();
  r.passes = end.done && status.passes.load();
  if (r.passes) {
    const std::uint32_t count = std::min(status.decision_count.load(), protocol::kMaxDecisions);
    r.passing.assign(segment->decisions, segment->decisions + count);
  }
  return r;
}

void prepare_replay(protocol::Segment& segment, const trace::Options& options,
                    const std::vector<trace::Decision>& decisions) {
  protocol::Config& c = segment.config;
  configure(c, options);
  c.mode = protocol::Mode::kReplay;
  c.max_executions = 1;
  c.replay = offsetof(protocol::Segment, replay);
  c.replay_count = static_cast<std::uint32_t>(std::min<std::size_t>(decisions.size(), protocol::kMaxDecisions));
  std::copy_n(decisions.begin(), c.replay_count, segment.replay);
}

Recorded record(const Target& target, const trace::Options& options, const std::vector<trace::Decision>& decisions) {
  SharedSegment segment;
  prepare_replay(*segment, options, decisions);
  const ChildEnd end = run_child(target, segment, 0, {});

  Recorded out;
  const Phase phase = segment->status.phase.load();
  if (phase == Phase::kFailed || (phase == Phase::kStarting && !end.hung && !end.interrupted)) {
    never_started(target, *segment, end);
  }
  out.execution = trace::execution_from(*segment);
  out.execution.options = options;
  out.execution.program = {target.file.path, target.argv, target.file.build_id};
  out.execution.decisions = decisions;
  out.diverged = segment->status.diverged.load();
  out.interrupted = end.interrupted;
  const protocol::Status& status = segment->status;
  out.problem_frames.assign(status.unsupported_frames,
                            status.unsupported_frames + std::min<std::uint32_t>(status.unsupported_frame_count, 32));
  if (end.hung) {
    out.problem = "nothing happened for 10 s";
  } else if (phase == Phase::kUnsupported) {
    out.problem = text_of(segment->status.unsupported);
  } else if (!end.done && !end.interrupted && !out.execution.bug) {
    out.execution.bug = death(*segment, end, 0).bug;  // it died again
  }
  return out;
}

}  // namespace lockstep::host
