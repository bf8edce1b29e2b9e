#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/load.h"
#include "cli/outputs.h"
#include "explain/essays.h"
#include "host/check.h"
#include "host/user_error.h"
#include "report/markdown.h"

namespace lockstep::cli {

int explain_command(const std::vector<std::string>& words) {
  const Arguments arguments(kExplain, words);
  if (arguments.help()) {
    fmt::print("{}", help_text(kExplain));
    return 0;
  }
  if (arguments.rest().size() != 1) {
    throw host::UserError("name one trace, kind or pattern; for example lockstep explain lost-wakeup");
  }
  const std::string& what = arguments.rest()[0];
  if (const std::string_view text = explain::essay(what); !text.empty()) {
    if (const std::string_view form = Outputs::first_form(arguments); !form.empty()) {
      throw host::UserError(fmt::format(
          "{}: writes the report of a trace, and {} is a word; leave {} out or name a trace", form, what, form));
    }
    write_fully(STDOUT_FILENO, report::markdown_to_text(text, style_for(arguments, STDOUT_FILENO)), "standard output");
    return 0;
  }
  if (access(what.c_str(), F_OK) != 0) {
    throw host::UserError(
        fmt::format("{}: is neither a trace nor a kind or pattern of bug; name a trace file, or a word "
                    "from a report such as lost-wakeup",
                    what));
  }
  const trace::Execution execution = load(what);
  target_of(execution, what);  // names come from the program, so it must be the one
  Outputs outputs(kExplain, words, arguments);
  report::Report report = host::report_of(execution);
  for (auto& f : report.bugs) f.trace = what;
  outputs.write(report, host::kExitPass);
  return host::kExitPass;
}

}  // namespace lockstep::cli
