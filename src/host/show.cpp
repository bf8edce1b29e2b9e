#include "host/show.h"

#include <fmt/format.h>

#include <algorithm>

#include "explain/explain.h"
#include "explain/history.h"
#include "host/check.h"
#include "host/user_error.h"
#include "host/values.h"
#include "names/namer.h"
#include "names/text.h"
#include "trace/vocabulary.h"

namespace lockstep::host {
namespace {

using protocol::Kind;
using report::SeenOutcome;

// What the outcome consists of besides how an execution ended.
class Shape {
 public:
  Shape(const Target& target, const ShowOptions& options) : target_(target), options_(options) {
    if (!options.variables.empty()) use_values(options.variables, "--values");
  }

  bool by_values() const { return values_.has_value(); }
  std::vector<protocol::Variable> variables() const {
    return values_ ? values_->variables() : std::vector<protocol::Variable>();
  }

  /// The program prints nothing: its variables it is. False: it has none, or they are the outcome already.
  bool turn_to_values() {
    if (values_) return false;
    const report::Expectations& e = options_.expectations;
    std::vector<std::string> named;
    for (const auto* list : {&e.expected, &e.allowed, &e.forbidden}) {
      for (const std::string& outcome : *list) {
        std::vector<std::string> names = names_in(outcome);
        if (names.empty()) continue;
        if (!named.empty() && names != named) {
          throw UserError(fmt::format(
              "`{}`: the program prints nothing, so outcomes are values of variables; name the same ones in each, or "
              "give --values",
              outcome));
        }
        named = std::move(names);
      }
    }
    if (named.empty()) {
      values_.emplace(target_.file.path);
      values_->pick_all();
      automatic_ = true;
      if (values_->empty()) values_.reset();
    } else {
      use_values(named, "--expect");
    }
    return values_.has_value();
  }

  /// Outcomes are to be told apart by these: variables that were picked for want of others, and differ.
  void look_at(const std::vector<Observed>& all) {
    if (!automatic_ || all.empty()) return;
    std::vector<std::string> bytes;
    bytes.reserve(all.size());
    for (const Observed& o : all) bytes.push_back(o.text);
    shown_ = values_->differing(bytes);
    if (std::none_of(shown_.begin(), shown_.end(), [](bool b) { return b; })) {
      shown_.clear();
      return;
    }
    std::vector<bool> others = shown_;
    others.flip();
    unchanging_ = values_->text(bytes[0], others);
  }
  const std::string& unchanging() const { return unchanging_; }

  SeenOutcome outcome(const Observed& o) const {
    SeenOutcome out;
    std::string text = values_ ? values_->text(o.text, shown_) : report::one_line(o.text);
    if (o.cut) text += " ...";
    if (!values_) out.output = o.text;
    const auto ended = [&](const std::string& how) {
      if (how.empty()) return text;
      return text.empty() ? fmt::format("[{}]", how) : fmt::format("{} [{}]", text, how);
    };
    out.text = ended(report::ending_text(o.kind, o.code, o.message));
    out.short_text = ended(report::ending_text(o.kind, o.code, {}));
    out.kind = o.kind;
    out.code = o.code;
    out.message = o.message;
    out.executions = o.executions;
    out.example = o.example;
    return out;
  }

 private:
  void use_values(const std::vector<std::string>& names, std::string_view option) {
    values_.emplace(target_.file.path);
    values_->pick(names, option);
  }

  const Target& target_;
  const ShowOptions& options_;
  std::optional<Values> values_;
  bool automatic_ = false;
  std::vector<bool> shown_;
  std::string unchanging_;
};

Settings settings_for(const ShowOptions& options, const Shape& shape) {
  Settings s = options.settings;
  s.keep_going = true;
  s.collect_outcomes = true;
  s.variables = shape.variables();
  return s;
}

// Searches, and once more for the values of variables if nothing was printed.
SearchResult search_outcomes(const Target& target, const ShowOptions& options, std::uint64_t wanted, Shape& shape,
                             const Watcher& watcher) {
  for (;;) {
    Settings s = settings_for(options, shape);
    s.wanted_execution = wanted;
    SearchResult found = search(target, s, watcher);
    const bool printed = std::any_of(found.observed.list.begin(), found.observed.list.end(),
                                     [](const Observed& o) { return !report::one_line(o.text).empty(); });
    const bool silent = !printed && !found.observed.list.empty() && !found.interrupted && !found.died;
    if (shape.by_values() || !silent || !shape.turn_to_values()) {
      shape.look_at(shape.by_values() ? found.observed.list : std::vector<Observed>());
      return found;
    }
  }
}

bool not_deterministic(const SearchResult& found) {
  return std::any_of(found.bugs.begin(), found.bugs.end(),
                     [](const FoundBug& f) { return f.bug.kind == Kind::kNondeterminism; });
}

report::Report report_of_search(const Target& target, const Settings& s, const SearchResult& found) {
  report::Report r;
  r.program = target.argv;
  r.mode = s.options.mode;
  r.model = s.options.model;
  r.explorer = found.explorer;
  r.complete = found.complete && !found.died;
  r.executions = found.observed.executions;
  r.blocked = found.executions + found.blocked - std::min(found.executions + found.blocked, r.executions);
  r.estimate = found.estimate;
  r.seconds = found.seconds;
  r.seed = s.options.seed;
  r.depth = s.options.depth;
  r.depth_reached = found.depth_reached;
  r.unsupported = found.unsupported;
  if (!found.unsupported.empty()) {
    r.unsupported_at = describe_frames(found.unsupported_frames, found.modules, target.file.path);
  }
  r.stopped = stop_reason(found, s);
  if (r.executions == 0 && !r.complete) r.verdict = "inconclusive";
  return r;
}

// The rows of the table: what looks the same is the same.
std::vector<SeenOutcome> rows_of(const SearchResult& found, const Shape& shape) {
  std::vector<SeenOutcome> rows;
  for (const Observed& o : found.observed.list) {
    SeenOutcome row = shape.outcome(o);
    const auto same = std::find_if(rows.begin(), rows.end(), [&](const SeenOutcome& k) { return k.text == row.text; });
    if (same == rows.end()) {
      rows.push_back(std::move(row));
    } else {
      same->executions += row.executions;
      same->example = std::min(same->example, row.example);
    }
  }
  std::sort(rows.begin(), rows.end(), [](const SeenOutcome& a, const SeenOutcome& b) {
    const bool a_fails = a.kind != Kind::kNone, b_fails = b.kind != Kind::kNone;
    return a_fails != b_fails ? b_fails : a.text < b.text;
  });
  return rows;
}

[[noreturn]] void refuse(const Target& target, const SearchResult& found) {
  if (not_deterministic(found)) {
    throw UserError(
        fmt::format("{}: is not deterministic: under the same decisions it did something else; time, random numbers, "
                    "addresses, files or the network take part in what it does",
                    target.file.path),
        kExitDiverged);
  }
  throw UserError(fmt::format("{}: the process ended in the middle of an execution: {}; lockstep check {} reports it",
                              target.file.path, found.bugs.empty() ? "" : found.bugs.back().bug.message,
                              target.argv.empty() ? "" : target.argv[0]),
                  kExitUnsupported);
}

}  // namespace

Table show_outcomes(const Target& target, const ShowOptions& options, const Watcher& watcher) {
  Shape shape(target, options);
  const SearchResult found = search_outcomes(target, options, 0, shape, watcher);
  if (not_deterministic(found) || found.died) refuse(target, found);
  Table out;
  report::OutcomeTable& t = out.table;
  t.search = report_of_search(target, settings_for(options, shape), found);
  t.outcomes = rows_of(found, shape);
  t.other_executions = found.observed.other_executions;
  t.unchanging = shape.unchanging();
  t.numbered = options.settings.jobs == 1;
  t.expectations = options.expectations;
  report::judge(&t);
  switch (t.answer.verdict) {
    case report::Verdict::kFails:
      out.status = kExitBug;
      break;
    case report::Verdict::kUnknown:
      out.status = kExitIncomplete;
      break;
    default:
      break;
  }
  if (out.status != kExitBug && !t.search.unsupported.empty()) out.status = kExitUnsupported;
  return out;
}

Shown show_execution(const Target& target, const ShowOptions& options, std::uint64_t number, const Watcher& watcher) {
  Shape shape(target, options);
  const SearchResult found = search_outcomes(target, options, number, shape, watcher);
  if (not_deterministic(found) || found.died) refuse(target, found);
  const Settings settings = settings_for(options, shape);
  Shown out;
  report::ShownExecution& s = out.execution;
  s.search = report_of_search(target, settings, found);
  if (found.observed.chosen == 0) {
    if (!found.unsupported.empty()) {
      throw UserError(fmt::format("{}: not supported: {}", target.file.path, found.unsupported), kExitUnsupported);
    }
    throw UserError(number == protocol::kAnyExecution
                        ? fmt::format("{}: no execution came to its end, so there is none to show", target.file.path)
                        : fmt::format("--execution {}: there is no such one: {}", number, report::confidence(s.search)),
                    found.complete ? kExitUsage : kExitIncomplete);
  }
  s.number = found.observed.chosen;
  if (number == protocol::kAnyExecution) s.of = found.observed.executions;
  if (found.observed.chosen_outcome) {
    s.outcome = shape.outcome(found.observed.list[*found.observed.chosen_outcome]);
  }

  Recorded recorded = record(target, options.settings.options, found.observed.decisions);
  if (recorded.interrupted) throw UserError("interrupted");
  if (!recorded.problem.empty()) {
    throw UserError(fmt::format("{}: {}", target.file.path, recorded.problem), kExitUnsupported);
  }
  trace::Execution& e = recorded.execution;
  if (recorded.diverged || e.bug.has_value() != (s.outcome.kind != Kind::kNone)) {
    SearchResult diverged;
    diverged.bugs.emplace_back().bug.kind = Kind::kNondeterminism;
    refuse(target, diverged);
  }
  names::Namer namer(e);
  s.finding = explain::walk_through(e, namer);
  out.recorded = std::move(e);
  return out;
}

}  // namespace lockstep::host
