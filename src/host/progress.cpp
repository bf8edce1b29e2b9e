#include "host/progress.h"

#include <fmt/format.h>

#include <cstdio>

#include "report/report.h"
#include "trace/vocabulary.h"

namespace lockstep::host {

void Progress::update(const protocol::Status& status) {
  if (!shown_) return;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  if (seconds < 0.3) return;  // what is over at once needs no progress
  const std::uint64_t executions = status.executions.load(), estimate = status.estimate.load();
  std::string text = fmt::format("{}{}: {} executions", label_.empty() ? "" : label_ + ": ",
                                 trace::mode_name(status.explorer.load()), report::grouped(executions));
  if (estimate > executions) text += fmt::format(" of about {}", report::grouped(estimate));
  if (const std::uint32_t bugs = status.bug_count.load()) text += fmt::format(", {} bug{}", bugs, bugs == 1 ? "" : "s");
  text += fmt::format(", {:.0f} s", seconds);
  fmt::print(stderr, "\r{}\033[K", text);
  std::fflush(stderr);
  on_screen_ = true;
}

void Progress::clear() {
  if (!on_screen_) return;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
  on_screen_ = false;
}

}  // namespace lockstep::host
