#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/load.h"
#include "cli/outputs.h"
#include "host/check.h"
#include "host/debugger.h"
#include "host/interrupt.h"
#include "host/user_error.h"

namespace lockstep::cli {

int replay_command(const std::vector<std::string>& words) {
  const Arguments arguments(kReplay, words);
  if (arguments.help()) {
    fmt::print("{}", help_text(kReplay));
    return 0;
  }
  if (arguments.rest().size() != 1) {
    throw host::UserError(arguments.rest().empty() ? "no trace is named; write lockstep replay TRACE"
                                                   : "more than one trace is named; replay takes one");
  }
  const std::string& path = arguments.rest()[0];
  const trace::Execution recorded = load(path);
  const host::Target target = target_of(recorded, path);
  if (arguments.has("--gdb")) {
    std::string_view other = Outputs::first_form(arguments);
    if (arguments.has("--counterfactual")) other = "--counterfactual";
    if (!other.empty()) {
      throw host::UserError(fmt::format("{} with --gdb: the debugger makes no report; leave one of them out", other));
    }
    host::debug(recorded, target);
  }
  Outputs outputs(kReplay, words, arguments);
  const host::InterruptGuard guard;
  if (arguments.has("--counterfactual")) {
    if (!recorded.passing) {
      throw host::UserError(fmt::format("{}: has no passing run: none of the {} runs next to the failing one passed",
                                        path, recorded.neighbours));
    }
    host::Outcome passing = host::replay(*recorded.passing, target);
    passing.report.warnings.clear();  // they are the bug's own, such as the order of its locks
    outputs.write(passing.report, passing.status, host::counterfactual_text(recorded, outputs.style()));
    return passing.status;
  }
  host::Outcome outcome = host::replay(recorded, target);
  for (auto& f : outcome.report.bugs) f.trace = path;
  outputs.write(outcome.report, outcome.status);
  return outcome.status;
}

}  // namespace lockstep::cli
