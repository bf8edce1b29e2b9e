// What a check of a variant gave, against what its card says.
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "catalogue/card.h"

namespace lockstep::catalogue {

/// A catalogue program shows its bug at once, or it is too large for the catalogue.
inline constexpr std::uint64_t kMostExecutions = 1000;

struct Verdict {
  std::string verdict;  // of the report; empty if there is none
  bool complete = false;
  std::string kind, pattern, summary;  // of the first bug
  std::uint64_t executions = 0, found_after = 0;
  double seconds = 0;
  std::string problem;  // why there is no report
};

/// From the JSON report of `lockstep check`.
Verdict parse_verdict(std::string_view json);

/// Empty if the verdict is what the card says, otherwise what differs.
std::string disagreement(const Variant& variant, const Verdict& found);

/// `fail: assertion, check-then-act, after 2 executions`.
std::string in_words(const Verdict& found);

}  // namespace lockstep::catalogue
