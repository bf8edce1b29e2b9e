// Coroutines that nobody awaits.
#include <regex>

#include "explain/diagnosis.h"
#include "explain/source.h"

namespace lockstep::explain {

std::string coroutine_of(trace::Stack allocation, names::Namer& namer) {
  for (const names::SourceFrame& f : namer.frames(allocation)) {
    if (f.library) continue;
    return namer.debug_info().is_coroutine(f.function) ? f.function : std::string();
  }
  return {};
}

// The recording has nothing of a coroutine that never ran, so what failed is looked at in the source: a statement
// before the failing line, in the same function, that calls a coroutine of this program, which starts suspended, and
// drops what it returns.
std::optional<Diagnosis> forgotten_await(const History& h, const trace::Bug& bug, names::Namer& namer) {
  if (bug.pc == 0) return std::nullopt;
  const names::SourceFrame failed = namer.place(bug.pc);
  if (failed.library || failed.line == 0) return std::nullopt;
  Source source(h.execution().program.path);
  const std::vector<std::string>& lines = source.file(failed.full_path);
  static const std::regex kLazy(R"(suspend_always\s+initial_suspend\s*\()");
  static const std::regex kDropped(R"(^\s*(?:\w+(?:\.|->|::))*(\w+)\([^=]*\);\s*(?://.*)?$)");
  bool lazy = false;
  for (const std::string& line : lines) lazy |= std::regex_search(line, kLazy);
  if (!lazy) return std::nullopt;
  for (int n = failed.line; n-- > std::max(failed.declared_line, 1);) {
    const std::string& line = source.line(failed.full_path, n);
    std::smatch m;
    if (!std::regex_match(line, m, kDropped) || !namer.debug_info().is_coroutine(m[1].str())) continue;
    Diagnosis d;
    d.pattern = "forgotten-await";
    d.coroutine = m[1].str();
    d.coroutine_line = n;
    return d;
  }
  return std::nullopt;
}

}  // namespace lockstep::explain
