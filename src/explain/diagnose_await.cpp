// Coroutines that nobody awaits.
#include <algorithm>
#include <regex>

#include "explain/diagnosis.h"
#include "explain/library_call.h"
#include "explain/source.h"
#include "trace/vocabulary.h"

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

std::optional<Diagnosis> future_not_asked(const History& h, const trace::Bug& bug, names::Namer& namer) {
  const auto& threads = h.execution().threads;
  const auto called = [&](Index i, std::string_view name) {
    const auto frames = namer.frames(h.at(i).stack);
    return std::any_of(frames.begin(), frames.end(),
                       [&](const auto& f) { return f.library && f.function.starts_with(name); });
  };
  for (std::uint16_t t = h.execution().thread_count(); t-- > 0;) {
    const Index made = threads[t].create_event;
    if (made == kNone || h.at(made).thread != bug.thread || !called(made, "std::async")) continue;
    for (Index i = made + 1; i < h.size(); ++i) {
      // Any other wait for it counts as well: the program knows then that it is done.
      if (h.at(i).thread != bug.thread) continue;
      const auto call = any_library_call(h.execution(), h.at(i).stack, namer);
      const bool asks =
          call && (call->function.starts_with("std::future::") || call->function.starts_with("std::shared_future::"));
      if (asks && call->function.find('~') == std::string::npos) return std::nullopt;
    }
    Diagnosis d;
    d.pattern = "forgotten-await";
    d.waiting = {bug.thread, t};
    d.turn = made;
    const Index read = h.last(bug.thread, h.size(), [&](const trace::Event& e) {
      return trace::is_read(e.op) && !trace::is_write(e.op) && !namer.internal(e.addr);
    });
    if (read != kNone) d.objects = {h.at(read).addr};
    d.second = read;
    return d;
  }
  return std::nullopt;
}

}  // namespace lockstep::explain
