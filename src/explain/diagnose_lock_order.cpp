// Finds the nested acquisitions that make a cycle of locks.
#include <algorithm>

#include "explain/diagnosis.h"

namespace lockstep::explain {
namespace {

using protocol::Op;

constexpr std::size_t kLongest = 6;

struct Edge {
  std::uint64_t held, wanted;
  std::uint16_t thread;
  Diagnosis::Nesting at;
  std::vector<std::uint64_t> gates;
};

bool blocks(Op op) { return op == Op::kLock || op == Op::kReadLock || op == Op::kWriteLock; }

bool may_overlap(const Edge& a, const Edge& b) {
  return a.thread != b.thread && std::none_of(a.gates.begin(), a.gates.end(), [&](std::uint64_t g) {
           return std::find(b.gates.begin(), b.gates.end(), g) != b.gates.end();
         });
}

bool closes(const std::vector<Edge>& edges, std::vector<const Edge*>& path) {
  if (path.size() > 1 && path.back()->wanted == path.front()->held) return true;
  if (path.size() == kLongest) return false;
  for (const Edge& e : edges) {
    if (e.held != path.back()->wanted) continue;
    if (!std::all_of(path.begin(), path.end(), [&](const Edge* p) { return may_overlap(*p, e); })) continue;
    path.push_back(&e);
    if (closes(edges, path)) return true;
    path.pop_back();
  }
  return false;
}

}  // namespace

Diagnosis diagnose_lock_order(const History& h, const trace::Bug& bug) {
  Diagnosis d;
  d.pattern = "lock-order-inversion";
  std::vector<Edge> edges;
  for (Index i = 0; i < h.size(); ++i) {
    const trace::Event& e = h.at(i);
    if (!blocks(e.op) || !succeeded(e)) continue;
    const std::vector<History::Hold> holds = h.held_during(i);
    for (const History::Hold& held : holds) {
      if (held.lock == e.addr || held.acquired == i) continue;
      Edge edge = {held.lock, e.addr, e.thread, {held.acquired, i}, {}};
      for (const History::Hold& gate : holds) {
        if (gate.lock != held.lock && gate.lock != e.addr) edge.gates.push_back(gate.lock);
      }
      edges.push_back(std::move(edge));
    }
  }
  // The warning came with the last edge of the cycle.
  for (const Edge& last : edges) {
    if (last.wanted != bug.addr || last.thread != bug.thread) continue;
    std::vector<const Edge*> path = {&last};
    if (!closes(edges, path)) continue;
    for (const Edge* e : path) {
      d.objects.push_back(e->held);
      d.nestings.push_back(e->at);
    }
    return d;
  }
  if (bug.addr != 0) d.objects = {bug.addr};
  return d;
}

}  // namespace lockstep::explain
