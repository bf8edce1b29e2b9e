// The command line: finds the command, and turns what went wrong into a message and an exit status.
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/flags.h"
#include "host/user_error.h"

#ifndef LOCKSTEP_VERSION
#define LOCKSTEP_VERSION "unknown"
#endif

namespace lockstep::cli {
namespace {

int run(const std::vector<std::string>& words) {
  if (words.empty()) {
    fmt::print(stderr, "{}", help_text());
    return host::kExitUsage;
  }
  const std::string& command = words[0];
  const std::vector<std::string> rest(words.begin() + 1, words.end());
  if (command == "check") return check_command(rest);
  if (command == "show") return show_command(rest);
  if (command == "replay") return replay_command(rest);
  if (command == "merge") return merge_command(rest);
  if (command == "explain") return explain_command(rest);
  if (command == "dump") return dump_command(rest);
  if (command == "measure") return measure_command(rest);
  if (command == "internal-run") return internal_run_command(rest);
  if (command == "list") return list_command(rest);
  if (command == "run") return run_command(rest);
  if (command == "diff") return diff_command(rest);
  if (command == "which") return which_command(rest);
  if (command == "internal-report") return internal_report_command(rest);
  if (command == "internal-library-sites") return internal_library_sites_command(rest);
  if (command == "--help" || command == "-h" || command == "help") {
    fmt::print("{}", help_text());
    return 0;
  }
  if (command == "--version") {
    fmt::print("lockstep {}\n", LOCKSTEP_VERSION);
    return 0;
  }
  throw host::UserError(
      fmt::format("{}: no such {}; use check, show, replay, explain, dump, list or run, see lockstep --help", command,
                  command.starts_with("-") ? "option" : "command"));
}

}  // namespace
}  // namespace lockstep::cli

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return lockstep::cli::run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const lockstep::host::UserError& error) {
    fmt::print(stderr, "lockstep: {}\n", error.what());
    return error.status();
  } catch (const std::exception& error) {
    fmt::print(stderr, "lockstep: internal error: {}; please report it\n", error.what());
    return lockstep::host::kExitUsage;
  }
}
