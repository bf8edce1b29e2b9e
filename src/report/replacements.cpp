#include "report/replacements.h"

#include <algorithm>
#include <charconv>

#include "names/text.h"

namespace lockstep::report {
namespace {

// The first old line of `@@ -12,3 +12,4 @@`, 0 if that is no such line.
int hunk_start(std::string_view line) {
  constexpr std::string_view kStart = "@@ -";
  int number = 0;
  if (line.starts_with(kStart)) std::from_chars(line.data() + kStart.size(), line.data() + line.size(), number);
  return number;
}

}  // namespace

std::optional<std::vector<Replacement>> replacements(std::string_view diff, std::string_view source) {
  const std::vector<std::string_view> old = names::lines_of(source);
  std::vector<Replacement> out;
  int at = 0;           // the old line that the next line of the diff speaks of; 0 before the first hunk
  bool within = false;  // a replacement
  for (const std::string_view line : names::lines_of(diff)) {
    if (const int start = hunk_start(line); start > 0) {
      if (start < at) return std::nullopt;
      at = start;
      within = false;
      continue;
    }
    if (at == 0 || line.starts_with('\\')) continue;
    const char mark = line.empty() ? ' ' : line[0];
    const std::string_view text = line.empty() ? line : line.substr(1);
    if (mark != ' ' && mark != '-' && mark != '+') return std::nullopt;
    if (mark != '+' && (at > static_cast<int>(old.size()) || old[static_cast<std::size_t>(at) - 1] != text)) {
      return std::nullopt;
    }
    if (mark != ' ' && !within) out.push_back({at, 0, ""});
    within = mark != ' ';
    if (mark == '-') ++out.back().count;
    if (mark == '+') out.back().text += std::string(text) + "\n";
    at += mark != '+';
  }
  if (out.empty()) return std::nullopt;
  return out;
}

}  // namespace lockstep::report
