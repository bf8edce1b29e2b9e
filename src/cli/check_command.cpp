#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>

#include "cli/commands.h"
#include "cli/load.h"
#include "cli/outputs.h"
#include "host/check.h"
#include "host/interrupt.h"
#include "host/progress.h"
#include "host/test_cases.h"
#include "host/user_error.h"
#include "names/text.h"
#include "trace/trace_file.h"
#include "trace/vocabulary.h"

namespace lockstep::cli {
namespace {

using host::UserError;

constexpr double kDefaultSeconds = 30;
constexpr std::uint64_t kDefaultDepth = 20000;
constexpr std::uint64_t kDefaultPreemptions = 2;

host::Settings settings_from(const Arguments& a) {
  host::Settings s;
  s.options.mode = trace::parse_mode(a.text("--mode", "auto")).value_or(protocol::Mode::kAuto);
  s.options.model = trace::parse_model(a.text("--memory-model", "rc11")).value_or(protocol::MemoryModel::kRc11);
  s.options.isolation = trace::parse_isolation(a.text("--isolation", "auto")).value_or(protocol::Isolation::kAuto);
  s.options.spurious_wakeups = a.has("--spurious-wakeups");
  s.options.ignore_exit_status = a.has("--ignore-exit-status");
  s.options.seed = a.number("--seed", 1);
  s.options.depth = a.number("--depth", kDefaultDepth);
  s.keep_going = a.has("--keep-going");
  s.paranoid = a.has("--paranoid");
  s.max_executions = a.number("--executions", 0);
  s.max_seconds = a.time("--time", a.has("--executions") ? 0 : kDefaultSeconds);
  const std::string library = a.text("--library", "warn");
  s.library = library == "error"   ? host::LibraryFaults::kBugs
              : library == "trust" ? host::LibraryFaults::kTrusted
                                   : host::LibraryFaults::kWarnings;
  s.options.library_fenced = s.library == host::LibraryFaults::kTrusted;
  const std::uint64_t jobs = a.number("--jobs", 1);
  if (jobs == 0 || jobs > 256) throw UserError(fmt::format("--jobs {}: takes 1 to 256", jobs));
  s.jobs = static_cast<std::uint32_t>(jobs);
  if (a.has("--shard")) {
    const std::string text = a.text("--shard");
    unsigned index = 0, count = 0;
    int end = 0;
    if (std::sscanf(text.c_str(), "%u/%u%n", &index, &count, &end) != 2 ||
        text.size() != static_cast<std::size_t>(end) || index == 0 || index > count || count > 65536) {
      throw UserError(fmt::format("--shard {}: takes I/N with I from 1 to N, as in --shard 2/4", text));
    }
    s.shard_index = index - 1;
    s.shard_count = count;
  }
  s.checkpoint = a.text("--checkpoint", "");
  if (!s.checkpoint.empty() && s.jobs > 1) {
    throw UserError("--checkpoint with --jobs: is not available; leave one of them out");
  }
  if (!s.checkpoint.empty() && s.options.mode != protocol::Mode::kExhaustive &&
      s.options.mode != protocol::Mode::kAuto) {
    throw UserError(
        fmt::format("--checkpoint with --mode {}: only an exhaustive search has something left to go on with; "
                    "leave it out",
                    a.text("--mode", "auto")));
  }
  if ((s.jobs > 1 || s.shard_count > 1) &&
      (s.options.mode == protocol::Mode::kBrute || s.options.mode == protocol::Mode::kSleepSets ||
       s.options.mode == protocol::Mode::kBounded)) {
    throw UserError(
        fmt::format("--jobs and --shard with --mode {}: it cannot be split; use exhaustive, auto or a sampling mode",
                    a.text("--mode", "auto")));
  }
  if (a.has("--dump-executions")) {
    const std::string path = a.text("--dump-executions");
    // Inherited by the program under test, whose runtime writes it.
    s.dump_fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0666);
    if (s.dump_fd < 0) throw UserError(fmt::format("--dump-executions {}: {}", path, std::strerror(errno)));
  }
  const std::uint64_t preemptions = a.number("--preemptions", kDefaultPreemptions);
  if (preemptions > 1000000) throw UserError("--preemptions: is too large; use a smaller number");
  s.preemptions = static_cast<std::uint32_t>(preemptions);

  if (a.has("--preemptions") && s.options.mode != protocol::Mode::kBounded) {
    throw UserError(fmt::format(
        "--preemptions with --mode {}: contradict each other; add --mode bounded or leave --preemptions out",
        a.text("--mode", "auto")));
  }
  if (a.has("--quiet") && a.text("--progress") == "always") {
    throw UserError("--quiet with --progress always: contradict each other; leave one of them out");
  }
  if (s.options.depth == 0) throw UserError("--depth 0: leaves nothing to run; use 1 or more");
  if (a.has("--executions") && s.max_executions == 0)
    throw UserError("--executions 0: leaves nothing to run; use 1 or more");
  return s;
}

// Where the traces of one command go.
class Traces {
 public:
  Traces(const Arguments& a, const std::string& program) : program_(names::base_name(program)) {
    if (a.has("--trace")) file_.emplace("--trace", a.text("--trace"));
  }

  std::string save(const trace::Execution& e) {
    const std::string text = trace::to_text(e);
    if (file_) {
      if (++saved_ == 1) {
        file_->write(text);
        return file_->path();
      }
      return save_beside(fmt::format("{}-{}", file_->path(), saved_), text);
    }
    const std::string kind(e.bug ? trace::kind_name(e.bug->kind) : "execution");
    const int number = ++by_kind_[kind];
    const std::string suffix = number > 1 ? fmt::format("-{}", number) : "";
    return save_beside(fmt::format("lockstep-{}-{}{}.trace", program_, kind, suffix), text);
  }

 private:
  // A default name that cannot be written (a read-only directory) costs the trace, not the report.
  static std::string save_beside(const std::string& path, const std::string& text) {
    try {
      OutputFile file("--trace", path);
      file.write(text);
      return path;
    } catch (const UserError& error) {
      fmt::print(stderr, "lockstep: no trace is kept: {}\n", error.what());
      return {};
    }
  }

  std::string program_;
  std::optional<OutputFile> file_;
  std::map<std::string, int> by_kind_;
  int saved_ = 0;
};

void add(host::Outcome& sum, host::Outcome one) {
  report::Report& r = sum.report;
  report::Report& t = one.report;
  r.executions += t.executions;
  r.blocked += t.blocked;
  r.seconds += t.seconds;
  r.complete &= t.complete;
  r.depth_reached |= t.depth_reached;
  if (t.stopped != report::Stopped::kComplete) r.stopped = t.stopped;
  if (r.unsupported.empty()) {
    r.unsupported = t.unsupported;
    r.unsupported_at = t.unsupported_at;
  }
  for (auto f : t.bugs) {
    f.test = t.test;
    r.bugs.push_back(f);
  }
  for (auto f : t.warnings) {
    f.test = t.test;
    r.warnings.push_back(f);
  }
  const auto rank = [](const std::string& verdict) {
    return verdict == "fail" ? 2 : verdict == "inconclusive" ? 1 : 0;
  };
  if (rank(t.verdict) > rank(r.verdict)) r.verdict = t.verdict;
  // What weighs more: a bug, then not deterministic, then not supported.
  const auto weight = [](int status) {
    return status == host::kExitBug ? 3 : status == host::kExitDiverged ? 2 : status != 0 ? 1 : 0;
  };
  if (weight(one.status) > weight(sum.status)) sum.status = one.status;
  r.tests.push_back(std::move(t));
}

}  // namespace

int check_command(const std::vector<std::string>& words) {
  const Arguments arguments(kCheck, words);
  if (arguments.help()) {
    fmt::print("{}", help_text(kCheck));
    return 0;
  }
  host::CheckOptions options;
  options.settings = settings_from(arguments);
  options.warnings_as_errors = arguments.has("--warnings-as-errors");
  const host::Target target = program_named(kCheck, arguments.rest());
  Outputs outputs(kCheck, words, arguments);
  Traces traces(arguments, target.file.path);
  options.save_trace = [&](const trace::Execution& e) { return traces.save(e); };

  const std::string when = arguments.text("--progress", "auto");
  const bool progress = when == "always" || (when == "auto" && !arguments.has("--quiet") && isatty(STDERR_FILENO) == 1);
  const auto run = [&](const host::Target& t, const std::string& label) {
    host::Progress line(progress, label);
    return host::check(t, options, [&](const protocol::Status& s) { line.update(s); });
  };
  const host::InterruptGuard guard;
  host::Outcome outcome;
  if (!arguments.has("--each-test")) {
    outcome = run(target, "");
  } else {
    outcome.report.program = target.argv;
    outcome.report.mode = outcome.report.explorer = options.settings.options.mode;
    outcome.report.model = options.settings.options.model;
    outcome.report.seed = options.settings.options.seed;
    outcome.report.depth = options.settings.options.depth;
    outcome.report.complete = true;
    for (const host::TestCase& test : host::list_tests(target)) {
      host::Target one = target;
      one.argv.insert(one.argv.end(), test.arguments.begin(), test.arguments.end());
      host::Outcome result = run(one, test.name);
      result.report.test = test.name;
      const bool interrupted = result.report.stopped == report::Stopped::kInterrupt;
      add(outcome, std::move(result));
      if (interrupted) break;
    }
  }
  if (outcome.status == host::kExitPass && arguments.has("--require-complete") && !outcome.report.complete) {
    outcome.status = host::kExitIncomplete;
  }
  outputs.write(outcome.report, outcome.status);
  return outcome.status;
}

}  // namespace lockstep::cli
