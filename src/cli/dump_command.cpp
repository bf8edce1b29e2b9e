// lockstep dump: who waits for whom, in a process that runs now, a core file or a database.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <utility>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/outputs.h"
#include "dump/core_file.h"
#include "dump/dump.h"
#include "dump/forms.h"
#include "dump/postgres.h"
#include "host/user_error.h"

namespace lockstep::cli {
namespace {

using host::UserError;

struct Form {
  std::string_view option;
  std::string (*render)(const dump::Picture&);
};

constexpr Form kForms[] = {{"--json", dump::to_json}, {"--dot", dump::to_dot}, {"--html", dump::to_html}};

bool is_number(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

dump::Picture picture_of(const Arguments& arguments) {
  const auto& rest = arguments.rest();
  if (arguments.has("--postgres")) {
    if (!rest.empty())
      throw UserError(fmt::format("{}: --postgres looks at a server; leave it out, or --postgres", rest[0]));
    if (arguments.has("--watch")) throw UserError("--watch: is for processes; leave it out, or --postgres");
    return dump::dump_postgres(arguments.text("--postgres"));
  }
  if (rest.size() != 1) throw UserError("name one process id or core file; for example lockstep dump 4711");
  const std::string& what = rest[0];
  // A file of that name wins only if it is no number: process ids are what is asked for in a hurry.
  if (is_number(what)) {
    const std::uint64_t pid = parse_number("PID", what);
    if (pid == 0 || pid > 1u << 22) throw UserError(fmt::format("{}: there is no such process", what));
    return dump::dump_process(static_cast<int>(pid), arguments.time("--watch", 0));
  }
  if (access(what.c_str(), F_OK) != 0) {
    throw UserError(fmt::format("{}: is neither a process id nor a file; find the id with pgrep", what));
  }
  if (arguments.has("--watch")) throw UserError(fmt::format("{}: does not move any more; leave --watch out", what));
  return dump::dump_core(what);
}

}  // namespace

int dump_command(const std::vector<std::string>& words) {
  const Arguments arguments(kDump, words);
  if (arguments.help()) {
    fmt::print("{}", help_text(kDump));
    return 0;
  }
  // Debug files are taken from this machine: asking servers for them would take longer than somebody on call has.
  unsetenv("DEBUGINFOD_URLS");
  std::vector<std::pair<OutputFile, const Form*>> files;
  std::string_view on_stdout;
  for (const Form& form : kForms) {
    if (!arguments.has(form.option)) continue;
    const std::string path = arguments.text(form.option);
    if (path == "-" && !on_stdout.empty()) {
      throw UserError(
          fmt::format("{} - and {} -: two reports cannot share standard output; write one of them to a file", on_stdout,
                      form.option));
    }
    if (path == "-") on_stdout = form.option;
    files.emplace_back(OutputFile(form.option, path), &form);
  }
  const dump::Picture picture = picture_of(arguments);
  if (on_stdout.empty() && !arguments.has("--quiet")) {
    const report::TextStyle style = style_for(arguments, STDOUT_FILENO);
    write_fully(STDOUT_FILENO, dump::to_text(picture, style, arguments.has("--all")), "standard output");
  }
  for (auto& [file, form] : files) file.write(form->render(picture));
  return picture.deadlocked ? host::kExitBug : host::kExitPass;
}

}  // namespace lockstep::cli
