#include "explain/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace lockstep::explain {

Source::Source(const std::string& program) : program_(program) {}

const std::vector<std::string>& Source::file(const std::string& path) {
  const auto known = files_.find(path);
  if (known != files_.end()) return known->second;
  std::vector<std::string>& lines = files_[path];
  constexpr std::uintmax_t kMaxBytes = 8u << 20;
  std::error_code error;
  const auto written = std::filesystem::last_write_time(path, error);
  if (error || !std::filesystem::is_regular_file(path, error)) return lines;
  const auto built = std::filesystem::last_write_time(program_, error);
  if (error || written > built || std::filesystem::file_size(path, error) > kMaxBytes || error) return lines;
  std::ifstream in(path);
  for (std::string text; std::getline(in, text);) {
    if (!text.empty() && text.back() == '\r') text.pop_back();
    lines.push_back(text);
  }
  return lines;
}

const std::string& Source::line(const std::string& path, int number) {
  static const std::string kNothing;
  const std::vector<std::string>& lines = file(path);
  return number >= 1 && static_cast<std::size_t>(number) <= lines.size() ? lines[static_cast<std::size_t>(number) - 1]
                                                                         : kNothing;
}

int Source::end_of_function(const std::string& path, int first) {
  int depth = 0;
  bool opened = false;
  const int count = static_cast<int>(file(path).size());
  for (int n = std::max(first, 1); n <= count; ++n) {
    const std::string& text = line(path, n);
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text.compare(i, 2, "//") == 0) break;
      depth += (text[i] == '{') - (text[i] == '}');
      opened |= text[i] == '{';
    }
    if (opened && depth <= 0) return n;
  }
  return first;
}

std::string Edits::now(int number) {
  const auto changed = changes_.find(number);
  if (changed == changes_.end()) return source_.line(path_, number);
  return changed->second.empty() ? "" : changed->second.back();
}

void Edits::include(const std::string& header) {
  const std::string wanted = "#include <" + header + ">";
  int first = 0;
  const std::vector<std::string>& lines = source_.file(path_);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].starts_with(wanted)) return;
    if (first == 0 && lines[i].starts_with("#include <")) first = static_cast<int>(i) + 1;
  }
  if (first == 0) return;
  // In the alphabet's order, as most people keep them.
  int before = first;
  while (source_.line(path_, before).starts_with("#include <") && source_.line(path_, before) < wanted) ++before;
  if (source_.line(path_, before).starts_with("#include <")) {
    changes_[before] = {wanted, source_.line(path_, before)};
  } else {
    changes_[before - 1] = {source_.line(path_, before - 1), wanted};
  }
}

std::string Edits::diff() {
  if (changes_.empty()) return {};
  constexpr int kContext = 2;
  const int count = static_cast<int>(source_.file(path_).size());
  std::string out = fmt::format("--- {}\n+++ {}\n", name_, name_);
  int shift = 0;
  for (auto it = changes_.begin(); it != changes_.end();) {
    // One hunk as long as the context of changes touches.
    auto end = std::next(it);
    auto last = it;
    while (end != changes_.end() && end->first - last->first <= 2 * kContext + 1) last = end++;
    int from = std::max(1, it->first - kContext);
    const int to = std::min(count, last->first + kContext);
    std::vector<std::string> body;
    int before = 0, after = 0;
    for (int n = from; n <= to; ++n) {
      const std::string& line = source_.line(path_, n);
      const auto changed = changes_.find(n);
      ++before;
      if (changed == changes_.end()) {
        body.push_back(" " + line);
        ++after;
        continue;
      }
      const std::vector<std::string>& lines = changed->second;
      // A line that stays among added ones is no change itself.
      const auto same = std::find(lines.begin(), lines.end(), line);
      if (same == lines.end()) body.push_back("-" + line);
      for (auto l = lines.begin(); l != lines.end(); ++l) body.push_back((l == same ? " " : "+") + *l);
      after += static_cast<int>(lines.size());
    }
    // More context on one side than on the other would tie the hunk to an end of the file.
    const auto is_context = [](const std::string& text) { return text[0] == ' '; };
    const auto first_change = std::find_if_not(body.begin(), body.end(), is_context);
    const auto leading = static_cast<int>(first_change - body.begin());
    const auto trailing = static_cast<int>(std::find_if_not(body.rbegin(), body.rend(), is_context) - body.rbegin());
    const int drop = std::max(0, leading - kContext), drop_last = std::max(0, trailing - kContext);
    body.erase(body.begin(), body.begin() + drop);
    body.erase(body.end() - drop_last, body.end());
    from += drop;
    before -= drop + drop_last;
    after -= drop + drop_last;
    out += fmt::format("@@ -{},{} +{},{} @@\n{}\n", from, before, from + shift, after, fmt::join(body, "\n"));
    shift += after - before;
    it = end;
  }
  return out;
}

}  // namespace lockstep::explain
