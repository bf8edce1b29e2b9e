#include "report/layout.h"

#include <algorithm>
#include <sstream>

namespace lockstep::report {

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string pad(std::string text, std::size_t width) {
  const std::size_t have = columns(text);
  if (have < width) text.append(width - have, ' ');
  return text;
}

std::string wrap(const std::string& text, std::size_t width, std::size_t indent) {
  std::string out;
  const std::string margin(indent, ' ');
  std::size_t used = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = text.find(' ', at);
    if (end == std::string::npos) end = text.size();
    const std::string word = text.substr(at, end - at);
    const std::size_t length = columns(word);
    if (used > 0 && used + 1 + length > width) {
      out += "\n" + margin;
      used = 0;
    } else if (used > 0) {
      out += ' ';
      ++used;
    }
    out += word;
    used += length;
    at = end + 1;
  }
  return out;
}

std::string paragraph(std::string_view text, std::size_t indent, std::size_t width) {
  std::istringstream words{std::string(text)};
  std::string line;
  for (std::string word; words >> word;) line += (line.empty() ? "" : " ") + word;
  if (line.empty()) return {};
  return std::string(indent, ' ') + wrap(line, width > indent ? width - indent : 0, indent) + "\n";
}

}  // namespace lockstep::report
