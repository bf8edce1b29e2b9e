#include "cli/load.h"

#include <fmt/format.h>
#include <unistd.h>

#include "host/user_error.h"
#include "trace/trace_file.h"

namespace lockstep::cli {

using host::UserError;

host::Target program_named(Command command, const std::vector<std::string>& words) {
  if (words.empty()) {
    throw UserError(fmt::format(
        "no program is named; write lockstep {0} [options] PROGRAM [ARG...], for example lockstep {0} ./test",
        command_name(command)));
  }
  host::Target target;
  target.file = host::inspect_program(host::find_program(words[0]), words[0]);
  target.runtime = host::runtime_library(target.file.entry);
  target.argv = words;
  return target;
}

trace::Execution load(const std::string& path) {
  try {
    return trace::load_trace(path);
  } catch (const trace::TraceError& error) {
    throw UserError(
        fmt::format("{}: {}; name a file that lockstep check has written, or run the check again", path, error.what()));
  }
}

host::Target target_of(const trace::Execution& e, const std::string& trace_path) {
  if (access(e.program.path.c_str(), F_OK) != 0) {
    throw UserError(fmt::format("{}: its program {} does not exist any more; build it again as it was", trace_path,
                                e.program.path));
  }
  host::Target target;
  target.file = host::inspect_program(e.program.path, e.program.path);
  if (target.file.build_id != e.program.build_id) {
    throw UserError(
        fmt::format("{}: was made with another build of {} (build-id {}, now {}); run lockstep check again, or go "
                    "back to that build",
                    trace_path, e.program.path, e.program.build_id, target.file.build_id));
  }
  target.runtime = host::runtime_library(target.file.entry);
  target.argv = e.program.argv;
  return target;
}

}  // namespace lockstep::cli
