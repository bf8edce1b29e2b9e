#include "report/html.h"

#include <string_view>

#include "report/view.h"

// template.S
extern "C" const char kLockstepPageBegin[];
extern "C" const char kLockstepPageEnd[];

namespace lockstep::report {

std::string safe_in_script(const std::string& json) {
  std::string out;
  out.reserve(json.size() + json.size() / 16);
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    // Line separators that JavaScript once took for line ends.
    const bool separator = json.compare(i, 3, "\xe2\x80\xa8") == 0 || json.compare(i, 3, "\xe2\x80\xa9") == 0;
    if (c == '<') {
      out += "\\u003c";
    } else if (c == '>') {
      out += "\\u003e";
    } else if (c == '&') {
      out += "\\u0026";
    } else if (separator) {
      out += json[i + 2] == '\xa8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      out += c;
    }
  }
  return out;
}

std::string to_html(const Report& report) {
  const std::string_view page(kLockstepPageBegin, static_cast<std::size_t>(kLockstepPageEnd - kLockstepPageBegin));
  constexpr std::string_view kMark = "@lockstep-data@";
  const std::size_t at = page.find(kMark);
  std::string out(page.substr(0, at));
  out += safe_in_script(view_of(report));
  out += page.substr(at + kMark.size());
  return out;
}

}  // namespace lockstep::report
