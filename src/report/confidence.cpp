#include <fmt/format.h>

#include "report/report.h"
#include "trace/vocabulary.h"

namespace lockstep::report {

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::string confidence(const Report& r) {
  std::string executions = fmt::format("{} execution{}", grouped(r.executions), r.executions == 1 ? "" : "s");
  const bool part = r.shard_count > 1;
  if (part) executions += fmt::format(" of part {} of {}", r.shard_index + 1, r.shard_count);
  if (r.verdict == "inconclusive" && r.executions == 0 && r.blocked > 0 && r.stopped != Stopped::kInterrupt &&
      r.stopped != Stopped::kUnsupported) {
    const std::string where = r.depth_reached
                                  ? fmt::format("was cut at --depth {}, or by an assumption or a spin", r.depth)
                                  : std::string("was cut by an assumption or ended in a spin");
    return fmt::format("no complete execution: every one of {} {}; not a proof", grouped(r.blocked), where);
  }
  std::string text;
  switch (r.stopped) {
    case Stopped::kComplete:
      text = r.executions == 1 && !part ? "the only execution explored" : fmt::format("all {} explored", executions);
      break;
    case Stopped::kBug:
      text = fmt::format("stopped at the first bug after {}", executions);
      break;
    case Stopped::kTime:
      text = fmt::format("stopped after {} by the time budget", executions);
      break;
    case Stopped::kExecutions:
      text = fmt::format("stopped after {} by --executions", executions);
      break;
    case Stopped::kInterrupt:
      text = fmt::format("interrupted after {}", executions);
      break;
    case Stopped::kUnsupported:
      text = fmt::format("stopped after {} at an operation that is not supported", executions);
      break;
    case Stopped::kReplay:
      return "replayed one execution";
  }
  const bool partial = r.stopped != Stopped::kComplete;
  if (partial && r.estimate > r.executions) text += fmt::format(" of about {}", grouped(r.estimate));
  if (r.blocked > 0) text += fmt::format(" ({} more were cut by an await or an assumption)", grouped(r.blocked));
  if (r.depth_reached) text += fmt::format("; some were cut at --depth {}", r.depth);
  if (partial && r.stopped != Stopped::kBug) text += "; not a proof";
  return text;
}

}  // namespace lockstep::report
