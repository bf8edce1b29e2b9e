// The options of every command: one table, from which the parser and the help text are made.
//
// Thread safety: the table is constant.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lockstep::cli {

enum Command : unsigned {
  kCheck = 1,
  kReplay = 2,
  kExplain = 4,
  kMerge = 8,
  kShow = 16,
  kList = 32,
  kRun = 64,
  kDiff = 128,
  kWhich = 256,
  kDump = 512,
  kMeasure = 1024
};

struct Flag {
  std::string_view name;     // with the dashes
  std::string_view value;    // what it takes, empty for a switch
  std::string_view choices;  // the allowed words, separated by `|`; empty: anything
  std::string_view initial;  // the default, as the help shows it
  unsigned commands;         // who has it
  std::string_view help;
  bool repeats = false;  // may be given several times
};

std::span<const Flag> flags();
/// Null if the command has no such option.
const Flag* find_flag(Command command, std::string_view name);
/// The option of the command that is spelled most like `name`, empty if none is near.
std::string nearest_flag(Command command, std::string_view name);

std::string_view command_name(Command command);
std::string help_text();
std::string help_text(Command command);

}  // namespace lockstep::cli
