#include "cli/layout.h"

#include <sstream>

namespace lockstep::cli {

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::istringstream words{std::string(text)};
  const std::string start(indent, ' ');
  std::string out, line, word;
  while (words >> word) {
    if (!line.empty() && start.size() + line.size() + 1 + word.size() > width) {
      out += start + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return line.empty() ? out : out + start + line + "\n";
}

}  // namespace lockstep::cli
