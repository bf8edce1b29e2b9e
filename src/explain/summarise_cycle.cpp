// Rules 1 and 9 for what repeats for ever: who gets nowhere and why, and what would help.
#include <fmt/format.h>

#include <algorithm>

#include "explain/explain.h"
#include "trace/vocabulary.h"

namespace lockstep::explain {
namespace {

using protocol::Op;

std::string threads(const std::vector<std::uint16_t>& list, std::size_t from, names::Namer& namer) {
  std::string out;
  for (std::size_t i = from; i < list.size(); ++i) {
    out += fmt::format("{}{}", i == from ? "" : i + 1 == list.size() ? " and " : ", ", namer.thread(list[i]));
  }
  return out;
}

std::string livelock(const History& h, const trace::Bug& bug, const Diagnosis& d, names::Namer& namer) {
  std::vector<std::string> objects;
  for (const std::uint64_t addr : d.objects) {
    std::string name = namer.object(addr, bug.cycle_event);
    if (!name.empty() && std::find(objects.begin(), objects.end(), name) == objects.end()) objects.push_back(name);
  }
  const bool fails = std::any_of(h.execution().events.begin() + bug.cycle_event, h.execution().events.end(),
                                 [](const trace::Event& e) { return !succeeded(e); });
  const std::string who = threads(d.waiting, 0, namer);
  const std::string text =
      d.waiting.size() == 1
          ? fmt::format("{} runs for ever and does not get on: it comes back to the state that it began with", who)
          : fmt::format("{} run for ever and {} gets on: {}, and all begins anew", who,
                        d.waiting.size() == 2 ? "neither" : "none of them",
                        fails ? "each attempt fails and is undone" : "each undoes what it did when it sees the others");
  const std::string on = objects.empty() ? "" : " on " + join_names(objects);
  return fmt::format(
      "Livelock{}: {}. Break the symmetry: one order for all, a fixed priority, or backing off for random times.", on,
      text);
}

}  // namespace

std::string summarise_cycle(const History& h, const trace::Bug& bug, const Diagnosis& d, names::Namer& namer) {
  if (bug.kind != protocol::Kind::kStarvation || d.waiting.empty()) return livelock(h, bug, d, namer);
  const std::string victim = namer.thread(bug.thread);
  const std::string name = bug.addr == 0 ? "" : namer.object(bug.addr, bug.cycle_event);
  const std::string what = name.empty() ? "something" : quoted(name);
  const std::string others = d.waiting.size() > 1 ? threads(d.waiting, 1, namer) : "others";
  const bool several = d.waiting.size() != 2;
  const std::string take = several ? "take" : "takes";

  // The operation that it does not get done.
  Op op = h.execution().threads[bug.thread].wait_op;
  bool runs = false;
  for (Index i = bug.cycle_event; i < h.size(); ++i) {
    const trace::Event& e = h.at(i);
    if (e.thread != bug.thread) continue;
    runs = true;
    if (e.addr == bug.addr) op = e.op;
  }
  const std::string head = fmt::format("Starvation of {} on {}: ", victim, what);
  switch (op) {
    case Op::kWriteLock:
    case Op::kTryWriteLock:
    case Op::kTimedWriteLock:
      return head + fmt::format(
                        "{} {} it for reading, one before the other has let go, so it is never free to be written. A "
                        "lock that prefers writers lets {} in; readers then wait behind it.",
                        others, take, victim);
    case Op::kCondWait:
    case Op::kCondTimedWait:
    case Op::kCondWake:
      return head + fmt::format(
                        "it sleeps there, and {}: what it waits for never holds while it looks, and {} {} on for ever. "
                        "Let those who come later wait while somebody waits already: a flag, a count or a queue of "
                        "those who wait.",
                        runs ? "goes back to sleep each time that it is woken" : "is not woken", others,
                        several ? "go" : "goes");
    case Op::kSemWait:
    case Op::kSemTryWait:
    case Op::kSemTimedWait:
    case Op::kFutexWait:
    case Op::kFutexWoken:
      return head + fmt::format(
                        "{} {} it again each time before {} does. Hand the permit over to one that waits (a queue, a "
                        "semaphore for each), or use a lock that serves in the order of arrival.",
                        others, take, victim);
    default:
      return head +
             fmt::format(
                 "{} {} it again each time before {} looks, and each of its attempts fails. A lock that serves in "
                 "the order of arrival (tickets, a queue) bounds how often it can be overtaken; so does waiting "
                 "for a mutex instead of trying.",
                 others, several ? "change" : "changes", victim);
  }
}

}  // namespace lockstep::explain
