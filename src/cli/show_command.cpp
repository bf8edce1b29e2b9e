#include <fmt/format.h>
#include <unistd.h>

#include <optional>

#include "cli/commands.h"
#include "cli/expectations.h"
#include "cli/load.h"
#include "cli/outputs.h"
#include "cli/show_catalogue.h"
#include "host/interrupt.h"
#include "host/progress.h"
#include "host/show.h"
#include "host/user_error.h"
#include "trace/trace_file.h"
#include "trace/vocabulary.h"

namespace lockstep::cli {
namespace {

using host::UserError;

constexpr double kDefaultShowSeconds = 30;
constexpr std::uint64_t kDefaultShowDepth = 20000;

std::vector<std::string> names_from(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string name = report::one_line(text.substr(at, end - at));
    if (name.empty()) {
      throw UserError(fmt::format("--values '{}': has an empty name; write for example --values x,y", text));
    }
    out.push_back(name);
    at = end + 1;
  }
  return out;
}

host::ShowOptions options_from(const Arguments& a) {
  host::ShowOptions o;
  host::Settings& s = o.settings;
  s.options.mode = trace::parse_mode(a.text("--mode", "exhaustive")).value_or(protocol::Mode::kExhaustive);
  s.options.model = trace::parse_model(a.text("--memory-model", "rc11")).value_or(protocol::MemoryModel::kRc11);
  s.options.isolation = trace::parse_isolation(a.text("--isolation", "auto")).value_or(protocol::Isolation::kAuto);
  s.options.spurious_wakeups = a.has("--spurious-wakeups");
  s.options.seed = a.number("--seed", 1);
  s.options.depth = a.number("--depth", kDefaultShowDepth);
  s.max_executions = a.number("--executions", 0);
  s.max_seconds = a.time("--time", a.has("--executions") ? 0 : kDefaultShowSeconds);
  const std::uint64_t jobs = a.number("--jobs", 1);
  if (jobs == 0 || jobs > 256) throw UserError(fmt::format("--jobs {}: takes 1 to 256", jobs));
  s.jobs = static_cast<std::uint32_t>(jobs);
  if (s.options.depth == 0) throw UserError("--depth 0: leaves nothing to run; use 1 or more");
  if (a.has("--executions") && s.max_executions == 0) {
    throw UserError("--executions 0: leaves nothing to run; use 1 or more");
  }
  if (a.has("--quiet") && a.text("--progress") == "always") {
    throw UserError("--quiet with --progress always: contradict each other; leave one of them out");
  }
  if (a.has("--values")) o.variables = names_from(a.text("--values"));
  o.expectations = expectations_from(a);
  return o;
}

// Nothing: the table of all.
std::optional<std::uint64_t> wanted_execution(const Arguments& a, const host::ShowOptions& options) {
  const std::string text = a.text("--execution", "all");
  if (text == "all") {
    for (const char* form : {"--html", "--perfetto", "--trace"}) {
      if (a.has(form)) {
        throw UserError(fmt::format("{}: is of one execution; add --execution K or --execution random", form));
      }
    }
    return std::nullopt;
  }
  if (options.expectations.any()) {
    throw UserError("--execution with --expect, --allow or --forbid: those are about all executions; leave one out");
  }
  if (options.settings.jobs > 1) {
    throw UserError("--execution with --jobs: executions have no numbers then; leave one of them out");
  }
  if (text == "random") return protocol::kAnyExecution;
  const std::uint64_t number = parse_number("--execution", text);
  if (number == 0) throw UserError("--execution 0: they are numbered from 1");
  return number;
}

// The command that shows execution K of the same table.
std::string again(const Arguments& a) {
  std::string text = "lockstep show --execution K";
  for (const char* option : {"--mode", "--memory-model", "--seed", "--depth", "--values"}) {
    if (a.has(option)) text += fmt::format(" {} {}", option, a.text(option));
  }
  if (a.has("--spurious-wakeups")) text += " --spurious-wakeups";
  for (const std::string& word : a.rest()) text += " " + word;
  return text;
}

}  // namespace

int show_command(const std::vector<std::string>& words) {
  const Arguments arguments(kShow, words);
  if (arguments.help()) {
    fmt::print("{}", help_text(kShow));
    return 0;
  }
  if (arguments.rest().size() == 1 && is_in_catalogue(arguments.rest()[0], arguments)) {
    return show_catalogue(arguments.rest()[0], arguments);
  }
  const host::ShowOptions options = options_from(arguments);
  const std::optional<std::uint64_t> execution = wanted_execution(arguments, options);
  const host::Target target = program_named(kShow, arguments.rest());
  Outputs outputs(kShow, words, arguments);

  const std::string when = arguments.text("--progress", "auto");
  const bool progress = when == "always" || (when == "auto" && !arguments.has("--quiet") && isatty(STDERR_FILENO) == 1);
  host::Progress line(progress);
  const host::Watcher watcher = [&](const protocol::Status& s) { line.update(s); };
  const host::InterruptGuard guard;
  if (!execution) {
    const host::Table shown = host::show_outcomes(target, options, watcher);
    line.clear();
    outputs.write(report::to_text(shown.table, outputs.style(), again(arguments)), report::to_json(shown.table), {},
                  shown.status);
    return shown.status;
  }
  std::optional<OutputFile> trace;
  if (arguments.has("--trace")) trace.emplace("--trace", arguments.text("--trace"));
  host::Shown shown = host::show_execution(target, options, *execution, watcher);
  line.clear();
  if (trace) {
    trace->write(trace::to_text(shown.recorded));
    shown.execution.finding.trace = trace->path();
  }
  outputs.write(report::to_text(shown.execution, outputs.style()), report::to_json(shown.execution),
                report::as_report(shown.execution), host::kExitPass);
  return host::kExitPass;
}

}  // namespace lockstep::cli
