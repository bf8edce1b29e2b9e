#include "explain/explain.h"

#include <fmt/format.h>

#include <algorithm>

#include "explain/library_call.h"
#include "names/text.h"
#include "trace/vocabulary.h"

namespace lockstep::explain {

std::string quoted(const std::string& name) {
  constexpr std::string_view kMode = " (for reading)";
  if (name.ends_with(kMode)) return "`" + name.substr(0, name.size() - kMode.size()) + "`" + std::string(kMode);
  return "`" + name + "`";
}

std::string at_place(const names::SourceFrame& place) {
  // Line 0 is what compilers give to code that stands for several lines.
  return place.file.empty() || place.library || place.line == 0
             ? std::string()
             : fmt::format(" at {}:{}", names::base_name(place.file), place.line);
}

std::string whole_object(std::string name) {
  constexpr std::string_view kCount = "reference count of ";
  if (name.starts_with(kCount)) name.erase(0, kCount.size());
  // `(Node from list.cpp:7).next`
  const std::size_t end = name.find(')');
  if (name.starts_with('(') && end != std::string::npos && name.find('(', 1) > end) name = name.substr(1, end - 1);
  return name;
}

std::string exception_text(const std::string& message) {
  const std::size_t colon = message.find(": ");
  if (colon == std::string::npos) return message;
  const std::string type = message.substr(0, colon + 2);
  return message.compare(colon + 2, type.size(), type) == 0 ? message.substr(colon + 2) : message;
}

bool races_with_free(const History& h, const trace::Bug& bug, const Diagnosis& d, names::Namer& namer) {
  if (bug.kind != protocol::Kind::kDataRace || d.first == kNone || d.second == kNone) return false;
  const auto atomic = [&](Index i) {
    const protocol::Op op = h.at(i).op;
    return h.at(i).order != protocol::Order::kNotAtomic && (op == protocol::Op::kLoad || op == protocol::Op::kStore ||
                                                            op == protocol::Op::kRmw || op == protocol::Op::kCas);
  };
  return atomic(d.first) && atomic(d.second) && h.at(d.second).thread == bug.thread && namer.block(bug.addr);
}

std::string join_names(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? " and " : ", ";
    out += quoted(names[i]);
  }
  return out;
}

std::string show_value(std::uint64_t value, unsigned size, names::Namer& namer) {
  if (size == 0 || size > 8) size = 8;
  if (size < 8) value &= (std::uint64_t{1} << (8 * size)) - 1;
  if (size == 8) {
    if (const trace::HeapBlock* b = namer.block(value)) {
      return (value == b->addr ? "pointer to " : "pointer into ") + whole_object(namer.object(b->addr));
    }
  }
  // Small negative numbers are written as such; pointers and hashes as hexadecimal.
  const std::uint64_t sign = std::uint64_t{1} << (8 * size - 1);
  constexpr std::uint64_t kSmall = 1u << 20;
  if (value & sign) {
    const std::uint64_t magnitude = size < 8 ? (std::uint64_t{1} << (8 * size)) - value : ~value + 1;
    if (magnitude <= kSmall) return "-" + std::to_string(magnitude);
  }
  return size == 8 && value > (std::uint64_t{1} << 40) ? fmt::format("0x{:x}", value) : std::to_string(value);
}

// Whose fault it is, as the beginning of a sentence.
std::string library_of(const trace::Execution& execution) {
  const bool clangs = std::any_of(execution.modules.begin(), execution.modules.end(), [](const trace::Module& m) {
    return names::base_name(m.path).starts_with("libc++.");
  });
  return clangs ? "libc++: " : "libstdc++: ";
}

Finding explain(const trace::Execution& recorded, const trace::Bug& bug, names::Namer& namer) {
  const trace::Execution execution = with_objects_of_calls(recorded, namer);
  const History history(execution);
  const Diagnosis diagnosis = diagnose(history, bug, namer);
  Finding f;
  f.kind = bug.kind;
  f.warning = bug.warning;
  f.library = bug.library;
  f.pattern = diagnosis.pattern;
  f.found_after = bug.found_after;
  f.preemptions = bug.preemptions;
  f.output = execution.output;
  f.execution = std::make_shared<const trace::Execution>(execution);
  for (const std::uint64_t addr : diagnosis.objects) {
    const Index when = diagnosis.second != kNone ? diagnosis.second : bug.event;
    std::string name = namer.object(addr, when);
    if (!name.empty() && std::find(f.objects.begin(), f.objects.end(), name) == f.objects.end()) {
      f.objects.push_back(std::move(name));
    }
  }
  f.summary = summarise(history, bug, diagnosis, namer);
  if (bug.library) f.summary = library_of(execution) + f.summary;
  f.steps = tell(history, bug, diagnosis, namer);
  find_causes(history, bug, diagnosis, namer, &f);
  if (!bug.library) f.fixes = fixes(history, bug, diagnosis, namer, f);
  if (execution.bug && bug.kind == execution.bug->kind && bug.signature == execution.bug->signature) {
    f.counterfactual = counterfactual(execution, diagnosis, f, namer);
  }

  // The stack of the failure is worth showing where the failure is a place, not an order.
  const bool placed =
      bug.kind != protocol::Kind::kDeadlock && bug.kind != protocol::Kind::kDataRace && bug.cycle_event == kNone;
  if (placed && bug.thread < execution.threads.size()) {
    const trace::Stack stack = bug.event != kNone && execution.events[bug.event].stack.count > 0
                                   ? execution.events[bug.event].stack
                                   : execution.threads[bug.thread].stack;
    for (const names::SourceFrame& frame : namer.frames(stack)) {
      if (frame.library) continue;
      std::string text = fmt::format("{} at {}:{}", frame.function, names::base_name(frame.file), frame.line);
      if (f.stack.size() > 1 && f.stack.back().starts_with(text)) {  // a recursion: once, and how often
        const std::size_t times = f.stack.back().find(" (");
        const int before = times == std::string::npos ? 1 : std::atoi(f.stack.back().c_str() + times + 2);
        f.stack.back() = fmt::format("{} ({} times)", text, before + 1);
        continue;
      }
      f.stack.push_back(std::move(text));
    }
  }
  return f;
}

Finding walk_through(const trace::Execution& recorded, names::Namer& namer) {
  if (recorded.bug) {
    Finding f = explain(recorded, *recorded.bug, namer);
    const History history(*f.execution);
    f.steps = tell_everything(history, *recorded.bug, diagnose(history, *recorded.bug, namer), namer);
    return f;
  }
  Finding f;
  f.execution = std::make_shared<const trace::Execution>(with_objects_of_calls(recorded, namer));
  f.output = recorded.output;
  f.summary = "This execution ends normally.";
  f.steps = tell_everything(History(*f.execution), {}, {}, namer);
  return f;
}

Finding explain_unrecorded(const trace::Bug& bug) {
  Finding f;
  f.kind = bug.kind;
  f.warning = bug.warning;
  f.library = bug.library;
  f.found_after = bug.found_after;
  f.preemptions = bug.preemptions;
  f.summary = std::string(bug.library ? "the standard library: " : "") + std::string(trace::kind_name(bug.kind));
  if (!bug.message.empty()) f.summary += ": " + bug.message;
  f.summary += ".";
  return f;
}

}  // namespace lockstep::explain
