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

// The axiom is checked on bit rows of one word for this many nodes; with more, seq_cst events are taken to stand in
// the order in which they were executed, which allows fewer executions, never a wrong one.
constexpr u32 kMaxNodes = 64;
constexpr u32 kMaxAccesses = 256;

bool hb(const Access& a, const Access& b) { return b.clock->get(a.thread) >= a.index; }

u64 place_of(const Access& a) { return a.writes ? a.writes->position : a.reads->position; }

// a, b accesses of one location: is a's effect before b's in eco (rf ∪ mo ∪ rb, closed)?
bool eco(const Access& a, const Access& b) {
  u64 x = place_of(a);
  u64 y = place_of(b);
  if (a.writes && !b.writes) return x <= y;
  return x < y;
}

// mo ∪ rb between two accesses of one location (no rf: that is not part of scb).
bool mo_or_rb(const Access& a, const Access& b) {
  if (!b.writes || &a == &b) return false;
  if (a.writes && a.writes->position < b.writes->position) return true;
  return a.reads && a.reads->position < b.writes->position && a.writes != b.writes;
}

class ScAxiom {
 public:
  ScAxiom(Graph& graph, const Access& fresh) : graph_(graph), fresh_(fresh) {}

  /// Whether psc stays acyclic with the new event in the graph. Sets `too_large` if it cannot tell.
  bool holds(bool& too_large) {
    u32 total = static_cast<u32>(graph_.accesses().size());
    bool fences = graph_.has_sc_fence;
    for (u32 i = 0; i <= total; ++i) {
      const Access& a = at(i);
      if (a.sc) {
        if (count_ == kMaxNodes) return too_large = true;
        node_[count_++] = &a;
      }
      if (fences && a.location && all_count_ < kMaxAccesses) all_[all_count_++] = &a;
      if (fences && a.location && all_count_ == kMaxAccesses) return too_large = true;
    }
    for (u32 i = 0; i < count_; ++i) {
      row_[i] = 0;
      for (u32 j = 0; j < count_; ++j) {
        if (i != j && edge(*node_[i], *node_[j])) row_[i] |= u64{1} << j;
      }
    }
    for (u32 k = 0; k < count_; ++k) {
      for (u32 i = 0; i < count_; ++i) {
        if (row_[i] >> k & 1) row_[i] |= row_[k];
      }
    }
    for (u32 i = 0; i < count_; ++i) {
      if (row_[i] >> i & 1) return false;
    }
    return true;
  }

 private:
  const Access& at(u32 i) const { return i < graph_.accesses().size() ? graph_.accesses()[i] : fresh_; }

  const ThreadEvent* event(u32 thread, u32 index) const {
    List<ThreadEvent>& events = graph_.thread_events(thread);
    return index >= 1 && index <= events.size ? &events[index - 1] : nullptr;
  }

  // The index of the first event after a in program order with another location; 0 if there is none.
  u32 leaves(const Access& a) const {
    u32 n = graph_.thread_events(a.thread).size;
    for (u32 i = a.index + 1; i <= n; ++i) {
      if (event(a.thread, i)->location != a.location) return i;
    }
    return 0;
  }

  // The clock of the last event before b in program order with another location; null if there is none.
  const Clock* enters(const Access& b) const {
    for (u32 i = b.index; i-- > 1;) {
      const ThreadEvent* e = event(b.thread, i);
      if (e && e->location != b.location) return e->clock;
    }
    return nullptr;
  }

  bool sb_hb_sb(const Access& a, const Access& b) const {
    u32 out = leaves(a);
    if (!out) return false;
    const Clock* in = enters(b);
    return in && in->get(a.thread) >= out;
  }

  bool edge(const Access& a, const Access& b) const {
    if (a.thread == b.thread) return a.index < b.index;
    if (a.location && b.location) return access_to_access(a, b);
    if (!a.location && b.location) return fence_to_access(a, b);
    if (a.location) return access_to_fence(a, b);
    return fence_to_fence(a, b);
  }

  // scb = sb ∪ sb≠loc;hb;sb≠loc ∪ hb|loc ∪ mo ∪ rb
  bool access_to_access(const Access& a, const Access& b) const {
    if (a.location == b.location && (hb(a, b) || mo_or_rb(a, b))) return true;
    return sb_hb_sb(a, b);
  }

  // [F];hb?;scb;[access]
  bool fence_to_access(const Access& f, const Access& b) const {
    if (b.before && b.before->get(f.thread) >= f.index) return true;
    for (u32 i = 0; i < all_count_; ++i) {
      const Access& z = *all_[i];
      if (z.location != b.location || &z == &b || !hb(f, z)) continue;
      if (hb(z, b) || mo_or_rb(z, b)) return true;
    }
    return false;
  }

  // [access];scb;hb?;[F]
  bool access_to_fence(const Access& a, const Access& f) const {
    if (f.clock->get(a.thread) >= a.index + 1) return true;  // a sb y hb F
    if (sb_hb_sb(a, f)) return true;
    for (u32 i = 0; i < all_count_; ++i) {
      const Access& y = *all_[i];
      if (y.location != a.location || &y == &a || !hb(y, f)) continue;
      if (hb(a, y) || mo_or_rb(a, y)) return true;
    }
    return false;
  }

  // [F];(hb ∪ hb;eco;hb);[F]
  bool fence_to_fence(const Access& f, const Access& g) const {
    if (hb(f, g)) return true;
    for (u32 i = 0; i < all_count_; ++i) {
      const Access& z = *all_[i];
      if (!hb(f, z)) continue;
      for (u32 k = 0; k < all_count_; ++k) {
        const Access& y = *all_[k];
        if (k != i && y.location == z.location && hb(y, g) && eco(z, y)) return true;
      }
    }
    return false;
  }

  Graph& graph_;
  const Access& fresh_;
  const Access* node_[kMaxNodes];
  const Access* all_[kMaxAccesses];
  u64 row_[kMaxNodes];
  u32 count_ = 0;
  u32 all_count_ = 0;
};

// The newest store of the location that a seq_cst event has written or read: the bound when the graph is too large.
bool executed_order_allows(Graph& graph, const Query& query, const Store* candidate) {
  for (const Access& a : graph.accesses()) {
    if (!a.sc || (a.location && a.location != query.location)) continue;
    if (!a.location) return candidate == query.location->last;
    if (place_of(a) > candidate->position) return false;
  }
  return true;
}

// Would the graph stay consistent if the event read `candidate` (and, if it writes, wrote right after it)?
bool sc_allows(Graph& graph, const Query& query, Store* candidate) {
  bool sc = query.order == Order::kSeqCst;
  if (!graph.has_sc_fence && !(graph.has_sc_access && sc)) return true;
  // The event as it would be. Its clock gains what it would acquire.
  Clock* clock = Clock::copy(graph.memory(), query.clock);
  if (query.reads && is_acquire(query.order)) clock = Clock::join(graph.memory(), clock, candidate->sync);
  clock = Clock::set(graph.memory(), clock, query.thread, query.index);
  Store written;
  written.position = candidate->position;  // between the candidate and its successor: see the comparison below
  Access fresh = {query.location, query.reads ? candidate : nullptr, nullptr, clock, query.clock,
                  query.index,    static_cast<u16>(query.thread),    sc};
  if (query.writes) {
    written.position = candidate->position + 1;  // insert_store keeps gaps, so no other store has this position
    fresh.writes = &written;
  }
  bool too_large = false;
  bool good = ScAxiom(graph, fresh).holds(too_large);
  graph.approximated |= too_large;
  return too_large ? executed_order_allows(graph, query, candidate) : good;
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
