// The commands. Each takes the words behind its name and returns the exit status; what the user has to put right is a
// UserError.
#pragma once

#include <string>
#include <vector>

namespace lockstep::cli {

int check_command(const std::vector<std::string>& words);
/// The outcomes of a program's executions, or the steps of one.
int show_command(const std::vector<std::string>& words);
int replay_command(const std::vector<std::string>& words);
/// Puts the JSON reports of the parts of one search together.
int merge_command(const std::vector<std::string>& words);
int explain_command(const std::vector<std::string>& words);
/// Not for users: becomes the program that a debugger starts, with a segment and the runtime.
int internal_run_command(const std::vector<std::string>& words);
/// What processes, threads and coroutines cost on this machine.
int measure_command(const std::vector<std::string>& words);
/// Who waits for whom in a running process, a core file or a database.
int dump_command(const std::vector<std::string>& words);

// Of the catalogue.
int list_command(const std::vector<std::string>& words);
int run_command(const std::vector<std::string>& words);
int diff_command(const std::vector<std::string>& words);
int which_command(const std::vector<std::string>& words);
/// Not for users: renders the segment that lockstep::check has filled in another process.
int internal_report_command(const std::vector<std::string>& words);
/// Not for users: which calls of hooks in a program belong to the standard library, as names/library_sites.h says, in
/// 64-bit words.
int internal_library_sites_command(const std::vector<std::string>& words);

}  // namespace lockstep::cli
