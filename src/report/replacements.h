// A unified diff as the replacements of lines that it stands for.
//
// Thread safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::report {

/// Lines `first` (from 1) up to `first + count` go; `text`, whole lines, comes in their place.
struct Replacement {
  int first = 0, count = 0;
  std::string text;
};

/// Nothing if `diff` has no hunks with line numbers, or is not one of this source: each line that it keeps or takes out
/// must stand where it says.
std::optional<std::vector<Replacement>> replacements(std::string_view diff, std::string_view source);

}  // namespace lockstep::report
