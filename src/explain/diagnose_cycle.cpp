// Livelock and starvation whose repeating part is known: what it is about, and who gets what the starving one lacks.
#include <algorithm>
#include <map>
#include <set>

#include "explain/diagnosis.h"
#include "trace/vocabulary.h"

namespace lockstep::explain {
namespace {

using protocol::Op;

bool takes(const trace::Event& e) {
  if (!succeeded(e)) return false;
  if (e.op == Op::kRmw) return e.value != e.old;
  return trace::is_acquire(e.op) || e.op == Op::kStore || e.op == Op::kCas || e.op == Op::kSemWait ||
         e.op == Op::kSemTryWait || e.op == Op::kSemTimedWait;
}

template <class T>
void add(std::vector<T>& list, T item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

}  // namespace

Diagnosis diagnose_cycle(const History& h, const trace::Bug& bug) {
  Diagnosis d;
  const auto& threads = h.execution().threads;
  if (bug.kind == protocol::Kind::kStarvation && bug.thread < threads.size()) {
    d.waiting = {bug.thread};
    if (bug.addr != 0) d.objects.push_back(bug.addr);
    // Who sleeps on a condition variable lacks what is done under its mutex.
    std::uint64_t taken = bug.addr;
    for (Index i = 0; i < h.size(); ++i) {
      const trace::Event& e = h.at(i);
      const bool sleeps = e.op == Op::kCondWait || e.op == Op::kCondTimedWait;
      if (e.thread == bug.thread && e.addr == bug.addr && sleeps) taken = e.aux;
    }
    if (taken != bug.addr) d.objects.push_back(taken);
    for (Index i = bug.cycle_event; i < h.size(); ++i) {
      const trace::Event& e = h.at(i);
      if (e.thread != bug.thread && e.addr == taken && takes(e)) add(d.waiting, e.thread);
    }
    return d;
  }
  // What several threads touch in the round, or fail on.
  std::map<std::uint64_t, std::set<std::uint16_t>> users;
  for (Index i = bug.cycle_event; i < h.size(); ++i) {
    const trace::Event& e = h.at(i);
    add(d.waiting, e.thread);
    if (e.addr != 0) users[e.addr].insert(e.thread);
  }
  constexpr std::size_t kMostObjects = 4;
  for (Index i = bug.cycle_event; i < h.size() && d.objects.size() < kMostObjects; ++i) {
    const trace::Event& e = h.at(i);
    if (e.addr != 0 && users[e.addr].size() > 1) add(d.objects, e.addr);
  }
  if (d.objects.empty() && bug.addr != 0) d.objects = {bug.addr};
  return d;
}

}  // namespace lockstep::explain
