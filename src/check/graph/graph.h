// The execution graph: events in program order, reads-from, modification order and (as vector clocks) happens-before.
//
// It holds what happened and derives what follows from it; which outcomes a new event may have is the memory model's
// question (model/model.h), which one it gets the explorer's (explore/explorer.h).
//
// Invariants:
//  1. Events are added in an order that extends program order and reads-from (po ∪ rf is acyclic).
//  2. Location::first..last is modification order; positions ascend along it.
//  3. A store that was read by a read-modify-write is directly followed by that RMW's store.
//  4. The program's memory holds the value of the last store in modification order.
#pragma once

#include "base/base.h"
#include "graph/clock.h"
#include "protocol/segment.h"

namespace lockstep::runtime {

using protocol::Order;

inline bool is_acquire(Order o) { return o == Order::kAcquire || o == Order::kConsume || o >= Order::kAcqRel; }
inline bool is_release(Order o) { return o == Order::kRelease || o == Order::kAcqRel || o == Order::kSeqCst; }

struct Location;

/// Store::name of the initial store.
inline constexpr u32 kNoStoreName = ~0u;

/// A store in modification order. The first of each location stands for the value before any atomic access.
struct Store {
  Store* previous;
  Store* next;
  Store* rmw;          // the store of the RMW that reads from this one
  const Clock* sync;   // what an acquire read of this store synchronises with; null: nothing
  const Clock* clock;  // happens-before of the store itself; null for an initial store
  u64 value[2];
  u64 position;
  u32 index;  // in program order of `thread`
  u32 event;  // order of execution, for the recording
  u32 name;   // of the explorer's event (explore/plan.h)
  u64 now;    // graph mode: virtual time of the store
  u16 thread;
  bool initial;  // happens before everything that may access the location
  bool sc;
};

/// What one thread has seen of one location, in program order. Consecutive reads of one store are one entry.
struct Seen {
  Store* store;
  u32 index;
};
struct History {
  List<Seen> seen;
  u32 last_read = 0;  // index of the newest atomic read, 0 if none
  u32 last_write = 0;
};

struct Location {
  u64 address;
  Location* next_in_granule;
  Location* next;  // all locations of the execution
  Store* first;
  Store* last;
  List<History*> history;  // by thread, null entries for threads without accesses
  u32 version;             // number of stores; an await waits for it to change
  u32 plain_stores;        // how many of them were plain
  u64 reached;             // for the memory model
  List<u32> reads;         // for the explorer: where the events that read it stand in its plan
  u8 size;
  bool plain_written;  // a plain store has changed it since the last atomic access
  bool overlapped;     // another location shares bytes with it (mixed-size accesses)
  bool refresh;        // an overlapping location was written since
  u16 plain_thread;
  u32 plain_index;
};

/// Anything that the seq_cst axiom speaks of: atomic accesses and fences, in order of execution.
struct Access {
  Location* location;   // null for a fence
  Store* reads;         // null unless it reads
  Store* writes;        // null unless it writes
  const Clock* clock;   // happens-before, itself included
  const Clock* before;  // happens-before of its predecessor in program order (for fences and hb paths by sb)
  u32 index;
  u16 thread;
  bool sc;
  bool locked;  // an RMW, or a compare-exchange that failed
};

/// For the sb≠loc steps of the seq_cst axiom: the location and clock of each event of a thread.
struct ThreadEvent {
  const void* location;  // a Location, or the address of another object; null for none
  const Clock* clock;
};

class Graph {
 public:
  void open();
  /// Forgets everything: a new execution.
  void reset();

  Bump& memory() { return memory_; }

  /// Adds an event in the modification order of a location, right after `place`; at `position` unless that is 0.
  Store* insert_store(Location& location, Store* place, u64 position = 0);
  /// A location that no atomic access has touched: its initial store gets `value`.
  Location* make_location(u64 address, u8 size, const u64 value[2]);
  History& history(Location& location, u32 thread);
  /// Notes that (thread, index) has read or written `store`.
  void note(Location& location, u32 thread, u32 index, Store* store, bool write);
  /// The newest store that `clock` (of an event of `thread`) must not read before: coherence.
  Store* coherence_bound(const Location& location, const Clock* clock) const;
  Location* locations() { return locations_; }

  Table<Access>& accesses() { return accesses_; }
  List<ThreadEvent>& thread_events(u32 thread) { return thread_events_[thread]; }
  void add_thread() {
    thread_events_.push({});
    barriers_.push({});
  }
  /// The event (or what comes right after it) is a full barrier to the processor.
  void add_barrier(u32 thread, u32 index) { barriers_[thread].push(memory_, index); }
  /// The newest event before `index` that is, 0: none.
  u32 barrier_before(u32 thread, u32 index) const;
  u32 thread_count() const { return static_cast<u32>(thread_events_.size()); }
  bool has_sc_fence = false;
  bool has_sc_access = false;
  /// The model had to leave out outcomes that it allows, because the graph is too large to tell.
  bool approximated = false;
  /// What the model has spent on this execution, in steps.
  u64 effort = 0;
  /// insert_store has given the stores of the location new positions.
  bool renumbered = false;

 private:
  Bump memory_;
  Location* locations_ = nullptr;
  Table<Access> accesses_;
  Table<List<ThreadEvent>> thread_events_;
  Table<List<u32>> barriers_;
};

}  // namespace lockstep::runtime
