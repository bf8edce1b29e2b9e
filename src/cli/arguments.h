// From the words of the command line to checked options.
//
// Thread safety: pure functions of their arguments. Whatever is wrong is a UserError with exit status 2.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cli/flags.h"

namespace lockstep::cli {

/// The options that were given, by name, and what stands behind them.
class Arguments {
 public:
  /// `words` are those behind the command. For `check` and `show`, everything from the program's name on belongs to the
  /// program.
  Arguments(Command command, const std::vector<std::string>& words);

  bool help() const { return help_; }
  bool has(std::string_view name) const { return values_.count(std::string(name)) > 0; }
  /// The value as it was given, or `fallback`.
  std::string text(std::string_view name, std::string_view fallback = "") const;
  /// All values, of an option that may be given several times.
  std::vector<std::string> all(std::string_view name) const;
  std::uint64_t number(std::string_view name, std::uint64_t fallback) const;
  /// Seconds.
  double time(std::string_view name, double fallback) const;
  const std::vector<std::string>& rest() const { return rest_; }

 private:
  std::map<std::string, std::vector<std::string>> values_;
  std::vector<std::string> rest_;
  bool help_ = false;
};

/// `30s`, `500ms`, `2m`, `1h`, plain seconds; throws UserError.
double parse_time(const std::string& text, std::string_view option = "--time");
std::uint64_t parse_number(std::string_view option, const std::string& text);

}  // namespace lockstep::cli
