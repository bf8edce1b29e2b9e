// RC11: the C++ memory model without out-of-thin-air values (Lahav, Vafeiadis, Kang, Hur, Dreyer, "Repairing
// Sequential Consistency in C/C++11", PLDI 2017), with C++20's release sequences (RMWs only).
//
// Executions are built along po ∪ rf, so that part is acyclic by construction. Coherence and atomicity bound the
// candidates from below; what remains is the seq_cst axiom: psc_base ∪ psc_F acyclic. A new event is maximal in hb
// and rf, so it can close a cycle only through an edge that leaves it: reads-before (a stale read) or modification
// order (a store not placed last); the newest candidate needs no check.
#include "model/model.h"

namespace lockstep::runtime {
namespace {

// Steps of looking in one execution. Beyond, seq_cst events are taken to stand in the order in which they were
// executed, which allows fewer executions, never a wrong one.
constexpr u64 kMaxEffort = 100000000;

u64 place_of(const Access& a) { return a.writes ? a.writes->position : a.reads->position; }

/// The seq_cst events (accesses and fences) from which psc leads to a set of them. A prefix of each thread's, because
/// program order among seq_cst events is part of psc.
class Psc {
 public:
  explicit Psc(Graph& graph) : graph_(graph), reached_(Clock::make(graph.memory(), graph.thread_count())) {}

  bool contains(const Access& a) const { return reached_->get(a.thread) >= a.index; }

  /// Everything before the access, which may be one that is not in the graph yet, and with it.
  void add_before(const Access& a) {
    reach(a.thread, a.index);
    a.location ? before_access(a) : before_fence(a);
    close();
  }
  /// All fences that happen before this point, and everything before them.
  void add_fences(const Clock* known) {
    fences(known);
    close();
  }

 private:
  void reach(u32 thread, u32 index) {
    if (reached_->get(thread) < index) reached_ = Clock::set(graph_.memory(), reached_, thread, index);
  }

  // Goes on until nothing is added.
  void close() {
    for (bool grows = true; grows;) {
      grows = false;
      for (const Access& a : graph_.accesses()) {
        if (!a.sc || !contains(a) || done(a)) continue;
        done_ = Clock::set(graph_.memory(), done_ ? done_ : Clock::make(graph_.memory(), 4), a.thread, a.index);
        a.location ? before_access(a) : before_fence(a);
        grows = true;
      }
    }
  }
  // Accesses stand in order of execution, so those of a thread are met in program order.
  bool done(const Access& a) const { return done_ && done_->get(a.thread) >= a.index; }

  void fences(const Clock* known) {
    if (!graph_.has_sc_fence) return;
    for (const Access& f : graph_.accesses()) {
      if (!f.location && known->get(f.thread) >= f.index) reach(f.thread, f.index);
    }
  }

  // [access];sb≠loc;hb;sb≠loc with the second part done: what is before `in`.
  void accesses_leaving(const Clock* in) {
    for (const Access& a : graph_.accesses()) {
      if (!a.sc || !a.location || contains(a)) continue;
      u32 last = in->get(a.thread);
      List<ThreadEvent>& events = graph_.thread_events(a.thread);
      for (u32 i = a.index + 1; i <= last && i <= events.size; ++i) {
        if (events[i - 1].location != a.location) {
          reach(a.thread, a.index);
          break;
        }
      }
    }
  }

  // The clock of the last event before `a` in program order with another location; null if there is none.
  const Clock* enters(const Access& a) const {
    List<ThreadEvent>& events = graph_.thread_events(a.thread);
    for (u32 i = a.index; i-- > 1;) {
      const ThreadEvent& e = events[i - 1];
      if (e.location != a.location) return e.clock;
    }
    return nullptr;
  }

  // scb = sb ∪ sb≠loc;hb;sb≠loc ∪ hb|loc ∪ mo ∪ rb, with ([SC] ∪ [F];hb?) before it.
  void before_access(const Access& a) {
    graph_.effort += graph_.accesses().size();
    if (const Clock* in = enters(a)) accesses_leaving(in);
    if (a.before) fences(a.before);
    for (const Access& z : graph_.accesses()) {
      if (z.location != a.location || (z.thread == a.thread && z.index >= a.index)) continue;
      bool earlier = a.clock->get(z.thread) >= z.index || (a.writes && place_of(z) < a.writes->position);
      if (!earlier) continue;
      if (z.sc) reach(z.thread, z.index);
      fences(z.clock);
    }
  }

  // scb;hb?;[F], and [F];(hb ∪ hb;eco;hb);[F].
  void before_fence(const Access& f) {
    graph_.effort += graph_.accesses().size() * graph_.accesses().size() / 4;
    for (const Access& a : graph_.accesses()) {
      if (a.sc && a.location && f.clock->get(a.thread) > a.index) reach(a.thread, a.index);
    }
    if (const Clock* in = enters(f)) accesses_leaving(in);
    fences(f.before ? f.before : f.clock);
    for (const Access& y : graph_.accesses()) {
      if (!y.location || f.clock->get(y.thread) < y.index) continue;
      for (const Access& z : graph_.accesses()) {
        if (z.location != y.location || &z == &y) continue;
        bool from_access = y.clock->get(z.thread) >= z.index || (y.writes && place_of(z) < y.writes->position);
        if (z.sc && from_access) reach(z.thread, z.index);
        bool eco = z.writes && !y.writes ? place_of(z) <= place_of(y) : place_of(z) < place_of(y);
        if (eco) fences(z.clock);
      }
    }
  }

  Graph& graph_;
  Clock* reached_;
  Clock* done_ = nullptr;
};

// The newest store of the location that a seq_cst event has written or read is the bound when the execution is too
// long.
bool executed_order_allows(Graph& graph, const Query& query, const Store* candidate) {
  for (const Access& a : graph.accesses()) {
    if (!a.sc || (a.location && a.location != query.location)) continue;
    if (!a.location) return candidate == query.location->last;
    if (place_of(a) > candidate->position) return false;
  }
  return true;
}

// Would the graph stay consistent if the event read `candidate` (and, if it writes, wrote right after it)? The new
// event adds edges to stores that come after the candidate. They must not be before the event, or before a fence before
// it.
bool sc_allows(Graph& graph, const Query& query, Store* candidate) {
  bool sc = query.order == Order::kSeqCst;
  if (!graph.has_sc_fence && !(graph.has_sc_access && sc)) return true;
  if (graph.effort > kMaxEffort) {
    graph.approximated = true;
    return executed_order_allows(graph, query, candidate);
  }
  // The event as it would be. Its clock gains what it would acquire.
  Clock* clock = Clock::copy(graph.memory(), query.clock);
  if (query.reads && is_acquire(query.order)) clock = Clock::join(graph.memory(), clock, candidate->sync);
  clock = Clock::set(graph.memory(), clock, query.thread, query.index);
  Store written;
  written.position = candidate->position + 1;  // there is a gap behind each store
  Access fresh = {query.location,
                  query.reads ? candidate : nullptr,
                  query.writes ? &written : nullptr,
                  clock,
                  query.clock,
                  query.index,
                  static_cast<u16>(query.thread),
                  sc,
                  false};
  Psc before(graph);
  if (sc) before.add_before(fresh);
  before.add_fences(clock);
  for (const Access& y : graph.accesses()) {
    if (y.location != query.location || !y.writes || y.writes->position <= candidate->position) continue;
    if (y.sc && before.contains(y)) return false;
    if (!graph.has_sc_fence) continue;
    for (const Access& f : graph.accesses()) {
      if (!f.location && f.clock->get(y.thread) >= y.index && before.contains(f)) return false;
    }
  }
  if (!graph.has_sc_fence) return true;
  // From fence to fence a read of a later store counts as well (eco).
  Psc before_fences(graph);
  before_fences.add_fences(clock);
  for (const Access& y : graph.accesses()) {
    if (y.location != query.location || y.writes || place_of(y) <= candidate->position) continue;
    for (const Access& f : graph.accesses()) {
      if (!f.location && f.clock->get(y.thread) >= y.index && before_fences.contains(f)) return false;
    }
  }
  return true;
}

u32 reads(Graph& graph, const Query& query, Store** out, u32 capacity) {
  Location& location = *query.location;
  Store* bound = graph.coherence_bound(location, query.clock);
  u32 n = 0;
  for (Store* s = location.last;; s = s->previous) {
    bool taken = query.writes && s->rmw;
    if (!taken && (s == location.last || sc_allows(graph, query, s))) out[n++] = s;
    if (s == bound) break;
    if (n == capacity) {
      graph.approximated = true;
      break;
    }
  }
  return n;
}

u32 places(Graph& graph, const Query& query, Store** out, u32 capacity) {
  Location& location = *query.location;
  Store* bound = graph.coherence_bound(location, query.clock);
  u32 n = 0;
  for (Store* s = location.last;; s = s->previous) {
    if (!s->rmw && (s == location.last || sc_allows(graph, query, s))) out[n++] = s;
    if (s == bound) break;
    if (n == capacity) {
      graph.approximated = true;
      break;
    }
  }
  return n;
}

}  // namespace

const Model kModelRc11 = {"rc11", reads, places, false};

}  // namespace lockstep::runtime
