#include "explain/essays.h"

#include <algorithm>

namespace lockstep::explain {

std::string essay_summary(std::string_view word) {
  const std::string_view text = essay(word);
  const std::size_t title = text.find("\n\n");
  if (title == std::string_view::npos) return {};
  const std::string_view rest = text.substr(title + 2);
  std::string first(rest.substr(0, rest.find("\n\n")));
  std::replace(first.begin(), first.end(), '\n', ' ');
  return first;
}

}  // namespace lockstep::explain
