// Memory models: which stores a load may read, where in modification order a store may stand.
//
// A model looks at the graph and answers; it changes nothing. A new one is a new file and a line in `find_model`.
// Answers are exact: whatever they allow keeps the graph consistent, so an execution never has to be thrown away.
#pragma once

#include "graph/graph.h"

namespace lockstep::runtime {

/// An event that is about to be added.
struct Query {
  Location* location;
  const Clock* clock;  // happens-before of the thread up to here (before any synchronisation by this event)
  u32 thread;
  u32 index;  // the new event's index
  Order order;
  bool reads;
  bool writes;          // for a read: it is the read of an RMW that will write
  bool locked = false;  // the read of a compare-exchange that may fail
};

struct Model {
  const char* name;
  /// Fills `out` with the stores that may be read, newest in modification order first (so out[0] is what an
  /// interleaving would give); returns how many. For an RMW only stores whose place right after is free.
  u32 (*reads)(Graph&, const Query&, Store** out, u32 capacity);
  /// Fills `out` with the stores after which the new store may be placed, last first; returns how many.
  u32 (*places)(Graph&, const Query&, Store** out, u32 capacity);
  /// Every atomic access counts as seq_cst and nothing is reordered.
  bool interleaving;
  /// Everything that is ordered before the new event, as a clock; null where that is no prefix of each thread.
  const Clock* (*before)(Graph&, const Query&) = nullptr;
};

/// `graph`: for executions that are not in an order that agrees with modification order.
const Model& find_model(protocol::MemoryModel which, bool graph);
extern const Model kModelSc;
extern const Model kModelScGraph;
extern const Model kModelRc11;
extern const Model kModelTso;

}  // namespace lockstep::runtime
