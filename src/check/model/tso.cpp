// x86-TSO (Owens, Sarkar, Sewell, "A Better x86 Memory Model: x86-TSO", TPHOLs 2009), in its axiomatic form: coherence
// of each location, and ppo ∪ rfe ∪ mo ∪ rb acyclic, where ppo is program order without store → later load.
//
// C++ is mapped as compilers do: RMWs (also failed compare-exchanges) are locked, seq_cst stores are exchanges, seq_cst
// fences are mfence; what locks and other objects do is a full barrier, too. All else is a plain mov. Data races are
// those of C++.
//
// A new event has no successor but those that its choice makes: stores after the one it reads, or after its place. So a
// choice is right if none of these stores is before the event already.
#include "model/model.h"

namespace lockstep::runtime {
namespace {

// What is ordered before an event: of each thread, loads up to an index and stores up to another one.
class Before {
 public:
  explicit Before(Graph& graph) : graph_(graph), loads_(make()), stores_(make()) {
    for (Location* l = graph.locations(); l; l = l->next) l->reached = 0;
  }

  /// Everything before an event of the thread with this index and happens-before.
  void add(u32 thread, u32 index, const Clock* known, bool load) {
    if (load) {
      raise(loads_, thread, index - 1);
      raise(stores_, thread, graph_.barrier_before(thread, index));
    } else {
      raise(loads_, thread, index - 1);
      raise(stores_, thread, index - 1);
    }
    // What another thread did before it synchronised was a store, or before a barrier.
    for (u32 t = 0; t < known->size; ++t) {
      if (t == thread) continue;
      raise(loads_, t, known->at[t]);
      raise(stores_, t, known->at[t]);
    }
    while (grows_) {
      grows_ = false;
      for (const Access& a : graph_.accesses()) {
        if (a.location && (a.reads || a.writes)) visit(a);
      }
    }
  }

 private:
  Clock* make() { return Clock::make(graph_.memory(), graph_.thread_count()); }

  void raise(Clock*& clock, u32 thread, u32 index) {
    if (clock->get(thread) >= index) return;
    clock = Clock::set(graph_.memory(), clock, thread, index);
    grows_ = true;
  }

  void visit(const Access& a) {
    bool in = (a.reads && loads_->get(a.thread) >= a.index) || (a.writes && stores_->get(a.thread) >= a.index);
    // An earlier store (mo), or a read of an earlier one (rb).
    u64 position = a.reads ? a.reads->position : a.writes->position;
    if (!in && position >= a.location->reached) return;
    if (a.writes || a.locked) {
      raise(loads_, a.thread, a.index);
      raise(stores_, a.thread, a.writes ? a.index : a.index - 1);
      if (a.writes && a.writes->position > a.location->reached) {
        a.location->reached = a.writes->position;
        grows_ = true;
      }
    } else {
      raise(loads_, a.thread, a.index);
      raise(stores_, a.thread, graph_.barrier_before(a.thread, a.index));
    }
    if (a.reads && !a.reads->initial && a.reads->thread != a.thread) {
      raise(loads_, a.reads->thread, a.reads->index);
      raise(stores_, a.reads->thread, a.reads->index);
    }
    for (u32 t = 0; t < a.clock->size; ++t) {
      if (t == a.thread) continue;
      raise(loads_, t, a.clock->at[t]);
      raise(stores_, t, a.clock->at[t]);
    }
  }

  Graph& graph_;
  Clock* loads_;
  Clock* stores_;
  bool grows_ = true;
};

u32 candidates(Graph& graph, const Query& query, Store** out, u32 capacity) {
  Location& location = *query.location;
  Before(graph).add(query.thread, query.index, query.clock, query.reads && !query.writes && !query.locked);
  const Store* bound = graph.coherence_bound(location, query.clock);
  u32 n = 0;
  for (Store* s = location.last;; s = s->previous) {
    if (!query.writes || !s->rmw) out[n++] = s;
    if (s == bound || s->position <= location.reached) break;
    if (n == capacity) {
      graph.approximated = true;
      break;
    }
  }
  return n;
}

}  // namespace

const Model kModelTso = {"tso", candidates, candidates, false};

}  // namespace lockstep::runtime
