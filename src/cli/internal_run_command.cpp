#include <unistd.h>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "host/child.h"
#include "host/user_error.h"

namespace lockstep::cli {

// Between the debugger and the program: SEGMENT_FD RUNTIME ARGV0 PROGRAM [ARG...].
int internal_run_command(const std::vector<std::string>& words) {
  if (words.size() < 4) throw host::UserError("internal-run: is for the debugger that lockstep replay --gdb starts");
  host::Target target;
  target.file.path = words[3];
  target.runtime = words[1];
  target.argv = {words[2]};
  target.argv.insert(target.argv.end(), words.begin() + 4, words.end());
  // Which the debugger sets for the programs that it starts.
  for (const char* variable : {"LINES", "COLUMNS"}) unsetenv(variable);
  host::become(target, static_cast<int>(parse_number("internal-run", words[0])));
}

}  // namespace lockstep::cli
