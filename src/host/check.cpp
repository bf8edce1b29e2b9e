#include "host/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "explain/explain.h"
#include "host/user_error.h"
#include "names/namer.h"
#include "names/text.h"
#include "trace/vocabulary.h"

namespace lockstep::host {
namespace {

using explain::Finding;
using protocol::Kind;
using report::Stopped;

constexpr std::size_t kMaxRecordedWarnings = 8;

// What came of a replay that ended in another bug than the one found; if it is of the same kind, how the two differ.
std::string replayed_bug(const trace::Bug& found, const trace::Execution& e) {
  if (!e.bug) return "no bug";
  std::string kind(trace::kind_name(e.bug->kind));
  if (e.bug->kind != found.kind) return kind;
  names::Namer namer(e);
  const auto place = [&](const trace::Bug& b) {
    const names::SourceFrame f = b.pc != 0 ? namer.place(b.pc) : names::SourceFrame();
    return f.file.empty() ? std::string() : fmt::format("{}:{}", names::base_name(f.file), f.line);
  };
  std::string before = place(found), now = place(*e.bug), what = "at";
  if (before == now) {
    before = found.message;
    now = e.bug->message;
    what = "with";
  }
  if (before == now && found.addr != e.bug->addr) {
    before = found.addr == 0 ? "" : namer.object(found.addr);
    now = e.bug->addr == 0 ? "" : namer.object(e.bug->addr);
    what = "on";
  }
  if (before == now || before.empty() || now.empty()) return fmt::format("another {} (its report differs)", kind);
  return fmt::format("another {} ({} {}, not {})", kind, what, now, before);
}

Finding not_deterministic(const FoundBug& found, const std::string& detail) {
  trace::Bug bug = found.bug;
  bug.kind = Kind::kNondeterminism;
  Finding f = explain::explain_unrecorded(bug);
  f.summary = fmt::format(
      "The program is not deterministic: a search found {}, and the same decisions led to {} when they were run again. "
      "Time, random numbers, addresses, files or the network take part in what it does.",
      trace::kind_name(found.bug.kind), detail);
  return f;
}

// A run of which it is known that it has no bug.
std::shared_ptr<const trace::Execution> passing_run(const Target& target, const trace::Options& how,
                                                    const Refined& refined) {
  if (!refined.passes) return nullptr;
  Recorded recorded = record(target, how, refined.passing);
  if (recorded.interrupted || recorded.diverged || !recorded.problem.empty() || recorded.execution.bug) return nullptr;
  return std::make_shared<const trace::Execution>(std::move(recorded.execution));
}

// Records one bug and puts it into words.
Finding recorded_finding(const Target& target, const CheckOptions& options, const FoundBug& found, bool warning,
                         bool* nondeterministic) {
  trace::Options how = options.settings.options;
  how.library_fenced = found.bug.library_fenced;
  std::optional<Refined> refined;
  // A round that repeats for ever is no matter of one step; the library's faults nobody can mend in the program.
  const bool repeats = !found.decisions.empty() && found.decisions.back().kind == protocol::ChoiceKind::kCycle;
  if (!warning && !found.bug.library && !repeats) refined = refine(target, how, found.decisions);
  Recorded recorded = record(target, how, refined ? refined->decisions : found.decisions);
  trace::Execution& execution = recorded.execution;
  if (recorded.interrupted || !recorded.problem.empty()) {
    Finding f = explain::explain_unrecorded(found.bug);
    if (!recorded.problem.empty()) f.summary += " It could not be recorded: " + recorded.problem + ".";
    return f;
  }
  // The recorded bug knows its events; the found one how it was found.
  const auto is_it = [&](const trace::Bug& b) {
    return b.kind == found.bug.kind && b.signature == found.bug.signature;
  };
  const trace::Bug* same = nullptr;
  // A warning can be what ended its execution: a fault of the library.
  if (execution.bug && is_it(*execution.bug)) same = &*execution.bug;
  for (const trace::Bug& b : execution.warnings) {
    if (warning && is_it(b)) same = &b;
  }
  if (found.bug.library && (recorded.diverged || !same)) return explain::explain_unrecorded(found.bug);
  if (recorded.diverged || !same) {
    *nondeterministic = true;
    return not_deterministic(found, recorded.diverged ? "another execution" : replayed_bug(found.bug, execution));
  }
  trace::Bug bug = *same;
  bug.warning = warning;
  bug.library = found.bug.library;
  bug.library_fenced = found.bug.library_fenced;
  bug.found_after = found.bug.found_after;
  bug.preemptions = found.bug.preemptions;
  bug.execution_seed = found.bug.execution_seed;
  if (refined) {
    bug.preemptions = refined->preemptions;
    execution.passing = passing_run(target, how, *refined);
    execution.neighbours = refined->tried;
    execution.all_neighbours = refined->all;
  }
  const bool is_bug = !warning || (bug.library && options.settings.library == LibraryFaults::kBugs);
  if (is_bug) {
    execution.bug = bug;
    execution.bug->warning = execution.bug->library = false;  // replayed, it is a bug like any other
  }
  names::Namer namer(execution);
  Finding f = explain::explain(execution, bug, namer);
  if (is_bug && options.save_trace) f.trace = options.save_trace(execution);
  return f;
}

}  // namespace

Stopped stop_reason(const SearchResult& r, const Settings& s) {
  if (!r.unsupported.empty()) return Stopped::kUnsupported;
  if (!r.bugs.empty() && !s.keep_going) return Stopped::kBug;
  if (r.complete) return Stopped::kComplete;
  if (r.interrupted) return Stopped::kInterrupt;
  if (s.max_executions > 0 && r.executions + r.blocked >= s.max_executions) return Stopped::kExecutions;
  return Stopped::kTime;
}

std::vector<std::string> describe_frames(const std::vector<std::uint64_t>& frames,
                                         const std::vector<trace::Module>& modules, const std::string& program) {
  names::DebugInfo info(modules, program);
  std::vector<std::string> out;
  for (const std::uint64_t pc : frames) {
    if (pc == 0) continue;
    for (const names::SourceFrame& f : info.at(pc - 1)) {
      if (f.library && f.file.empty() && f.function.empty()) continue;
      if (f.library && !out.empty()) continue;
      out.push_back(f.file.empty() ? f.function : fmt::format("{} at {}:{}", f.function, f.file, f.line));
    }
  }
  return out;
}

namespace {

// A search that saw no execution from start to end has shown nothing, unless it has seen that there is none.
bool saw_nothing(const report::Report& r) { return r.executions == 0 && !r.complete; }

int status_of(const report::Report& r, bool nondeterministic) {
  if (nondeterministic) return kExitDiverged;
  if (r.verdict == "fail") return kExitBug;
  if (!r.unsupported.empty()) return kExitUnsupported;
  return kExitPass;
}

}  // namespace

Outcome check(const Target& target, const CheckOptions& options, const Watcher& watcher) {
  const Settings& s = options.settings;
  const SearchResult found = search(target, s, watcher);
  Outcome out;
  report::Report& r = out.report;
  r.program = target.argv;
  r.mode = s.options.mode;
  r.model = s.options.model;
  r.explorer = found.explorer;
  r.complete = found.complete;
  r.executions = found.executions;
  r.distinct = found.distinct;
  r.blocked = found.blocked;
  r.estimate = found.estimate;
  r.seconds = found.seconds;
  r.seed = s.options.seed;
  r.shard_index = s.shard_index;
  r.shard_count = s.shard_count;
  r.depth = s.options.depth;
  r.depth_reached = found.depth_reached;
  r.stopped = stop_reason(found, s);
  r.unsupported = found.unsupported;
  if (!found.unsupported_frames.empty()) {
    r.unsupported_at = describe_frames(found.unsupported_frames, found.modules, target.file.path);
  }
  bool nondeterministic = false;
  for (const FoundBug& b : found.bugs) {
    r.bugs.push_back(recorded_finding(target, options, b, false, &nondeterministic));
  }
  for (const FoundBug& b : found.warnings) {
    bool ignored = false;
    Finding f = r.warnings.size() < kMaxRecordedWarnings ? recorded_finding(target, options, b, true, &ignored)
                                                         : explain::explain_unrecorded(b.bug);
    f.warning = true;
    // A deadlock over the same locks says it all.
    const bool told =
        f.kind == protocol::Kind::kLockOrder && std::any_of(r.bugs.begin(), r.bugs.end(), [&](const Finding& bug) {
          return bug.kind == protocol::Kind::kDeadlock &&
                 std::all_of(f.objects.begin(), f.objects.end(), [&](const std::string& o) {
                   return std::find(bug.objects.begin(), bug.objects.end(), o) != bug.objects.end();
                 });
        });
    if (told || (f.library && s.library == LibraryFaults::kTrusted)) continue;
    if (f.library && s.library == LibraryFaults::kBugs) {
      f.warning = false;
      r.bugs.push_back(std::move(f));
      continue;
    }
    r.warnings.push_back(std::move(f));
  }
  // The library's faults stay warnings: nobody can mend them in the program.
  const bool warned = std::any_of(r.warnings.begin(), r.warnings.end(), [](const Finding& f) { return !f.library; });
  const bool failed = !r.bugs.empty() || (options.warnings_as_errors && warned);
  const bool cut_short = r.stopped == Stopped::kInterrupt || r.stopped == Stopped::kUnsupported;
  r.verdict = failed ? "fail" : cut_short || saw_nothing(r) ? "inconclusive" : "pass";
  out.status = status_of(r, nondeterministic);
  return out;
}

report::Report report_of(const trace::Execution& e) {
  report::Report r;
  r.program = e.program.argv;
  r.mode = e.options.mode;
  r.explorer = protocol::Mode::kReplay;
  r.model = e.options.model;
  r.seed = e.options.seed;
  r.depth = e.options.depth;
  r.executions = 1;
  r.stopped = Stopped::kReplay;
  names::Namer namer(e);
  if (e.bug) (e.bug->library ? r.warnings : r.bugs).push_back(explain::explain(e, *e.bug, namer));
  for (const trace::Bug& w : e.warnings) {
    r.warnings.push_back(explain::explain(e, w, namer));
  }
  for (Finding& f : r.warnings) f.warning = true;
  r.verdict = r.bugs.empty() ? "pass" : "fail";
  return r;
}

std::string counterfactual_text(const trace::Execution& e, const report::TextStyle& style) {
  if (!e.bug || !e.passing) return {};
  names::Namer namer(e);
  const Finding f = explain::explain(e, *e.bug, namer);
  if (!f.counterfactual) return {};
  return f.counterfactual->text + "\n\n" + report::to_text(f.counterfactual->steps, style) + "\n";
}

Outcome replay(const trace::Execution& old, const Target& target) {
  Recorded now = record(target, old.options, old.decisions);
  Outcome out;
  if (now.interrupted) throw UserError("interrupted");
  if (!now.problem.empty()) {
    const auto places = describe_frames(now.problem_frames, now.execution.modules, target.file.path);
    throw UserError(fmt::format("{}: {}{}", target.file.path, now.problem, places.empty() ? "" : " in " + places[0]),
                    kExitUnsupported);
  }
  std::string difference = "the program makes another choice";
  if (now.execution.bug && old.bug) {
    now.execution.bug->found_after = old.bug->found_after;
    now.execution.bug->preemptions = old.bug->preemptions;
    now.execution.bug->execution_seed = old.bug->execution_seed;
  }
  now.execution.passing = old.passing;
  now.execution.neighbours = old.neighbours;
  now.execution.all_neighbours = old.all_neighbours;
  const bool same = !now.diverged && trace::same_execution(old, now.execution, &difference);
  out.report = report_of(now.execution);
  if (same) {
    out.status = out.report.bugs.empty() ? kExitPass : kExitBug;
    return out;
  }
  FoundBug found;
  if (old.bug) found.bug = *old.bug;
  Finding f = not_deterministic(found, "another execution");
  f.summary = fmt::format(
      "The replay is not the recorded execution: {}. Something outside of the checker's control "
      "takes part: time, random numbers, addresses, files, the environment or the network.",
      difference);
  out.report.bugs = {f};
  out.report.verdict = "fail";
  out.status = kExitDiverged;
  return out;
}

Outcome report_of(const protocol::Segment& segment, const std::string& program) {
  Outcome out;
  report::Report& r = out.report;
  const protocol::Status& status = segment.status;
  trace::Execution execution = trace::execution_from(segment);
  execution.program = {program, {program}, ""};
  r.program = {program};
  r.mode = segment.config.mode;
  r.model = segment.config.model;
  r.explorer = status.explorer.load();
  r.complete = status.complete.load();
  r.executions = status.executions.load();
  r.distinct = status.distinct.load();
  r.blocked = status.blocked.load();
  r.estimate = status.estimate.load();
  r.seconds = static_cast<double>(status.nanoseconds.load()) * 1e-9;
  r.seed = segment.config.seed;
  r.depth = segment.config.depth;
  r.depth_reached = status.depth_reached.load();
  SearchResult found;
  found.complete = r.complete;
  found.executions = r.executions;
  found.blocked = r.blocked;
  if (status.phase.load() == protocol::Phase::kUnsupported) {
    found.unsupported.assign(status.unsupported, strnlen(status.unsupported, sizeof status.unsupported));
    r.unsupported = found.unsupported.empty() ? "an operation of the program" : found.unsupported;
    const std::uint32_t frames = std::min<std::uint32_t>(status.unsupported_frame_count, 32);
    r.unsupported_at =
        describe_frames({status.unsupported_frames, status.unsupported_frames + frames}, execution.modules, program);
  }
  names::Namer namer(execution);
  const auto finding = [&](const protocol::Bug& b, bool warning) {
    const trace::Bug bug = trace::bug_from(b);
    const auto is_it = [&](const trace::Bug& x) { return x.kind == bug.kind && x.signature == bug.signature; };
    Finding f;
    if (execution.bug && is_it(*execution.bug)) {
      execution.bug->library = bug.library;
      f = explain::explain(execution, *execution.bug, namer);
      f.found_after = bug.found_after;
      f.preemptions = bug.preemptions;
    } else {
      f = explain::explain_unrecorded(bug);
    }
    f.warning = warning;
    return f;
  };
  for (std::uint32_t i = 0; i < std::min(status.bug_count.load(), protocol::kMaxBugs); ++i) {
    r.bugs.push_back(finding(segment.bugs[i], false));
    found.bugs.emplace_back();
  }
  for (std::uint32_t i = 0; i < std::min(status.warning_count.load(), protocol::kMaxBugs); ++i) {
    r.warnings.push_back(finding(segment.warnings[i], true));
  }
  Settings s;
  s.keep_going = segment.config.keep_going;
  s.max_executions = segment.config.max_executions;
  r.stopped = stop_reason(found, s);
  r.verdict = !r.bugs.empty() ? "fail" : !r.unsupported.empty() || saw_nothing(r) ? "inconclusive" : "pass";
  out.status = status_of(r, false);
  return out;
}

}  // namespace lockstep::host
