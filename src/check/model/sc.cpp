// Sequential consistency (Lamport 1979).
//
// Along an interleaving a load reads the newest store and a store comes last. For graphs that are built in another
// order: po ∪ rf ∪ mo ∪ rb is acyclic. A new event has no successor but those that its choice makes: stores after the
// one it reads, or after its place. So a choice is right if none of these stores is before the event already.
#include "model/model.h"

namespace lockstep::runtime {
namespace {

u32 newest(Graph&, const Query& query, Store** out, u32) {
  out[0] = query.location->last;
  return 1;
}

// What is ordered before the event that is about to be added, as a clock.
const Clock* everything_before(Graph& graph, const Query& query) {
  Bump& memory = graph.memory();
  Clock* before = Clock::copy(memory, query.clock);
  Table<Access>& accesses = graph.accesses();
  for (Location* l = graph.locations(); l; l = l->next) l->reached = 0;
  for (bool grows = true; grows;) {
    grows = false;
    auto add = [&](const Access& a) {
      if (before->get(a.thread) >= a.index) return;
      before = Clock::join(memory, before, a.clock);
      before = Clock::set(memory, before, a.thread, before->get(a.thread) > a.index ? before->get(a.thread) : a.index);
      grows = true;
    };
    for (const Access& a : accesses) {
      if (!a.location) continue;
      if (before->get(a.thread) < a.index) {
        // An earlier store (mo), or a read of an earlier one (rb).
        u64 position = a.writes ? a.writes->position : a.reads->position;
        if (position < a.location->reached) add(a);
      }
      if (before->get(a.thread) < a.index) continue;
      u64 position = a.writes ? a.writes->position : a.reads->position;
      if (position > a.location->reached) {
        a.location->reached = position;
        grows = true;
      }
    }
  }
  return before;
}

u32 candidates(Graph& graph, const Query& query, Store** out, u32 capacity) {
  Location& location = *query.location;
  const Store* bound = graph.coherence_bound(location, everything_before(graph, query));
  u32 n = 0;
  for (Store* s = location.last;; s = s->previous) {
    if (!query.writes || !s->rmw) out[n++] = s;
    if (s == bound) break;
    if (n == capacity) {
      graph.approximated = true;
      break;
    }
  }
  return n;
}

}  // namespace

const Model kModelSc = {"sc", newest, newest, true};
const Model kModelScGraph = {"sc", candidates, candidates, true, everything_before};

}  // namespace lockstep::runtime
