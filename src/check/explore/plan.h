// What the optimal explorer knows of an execution graph between executions: its events by name, without pointers.
//
// A plan is a list of events in an order of execution: one that extends program order, reads-from, and the order of
// operations on each object. Running the program along it gives the graph again, whatever the addresses of the
// runtime's own records are. It lies in memory that is shared across fork.
#pragma once

#include "base/base.h"
#include "program/thread.h"

namespace lockstep::runtime {

struct Store;

/// An event: its thread and its place among the thread's events. Names are the same in all graphs.
using Name = u32;
inline constexpr Name kNoName = ~0u;
inline constexpr u32 kStepBits = 22;
constexpr Name make_name(u32 thread, u32 step) { return thread << kStepBits | step; }
constexpr u32 thread_of(Name name) { return name >> kStepBits; }
constexpr u32 step_of(Name name) { return name & ((1u << kStepBits) - 1); }

/// A store that is no event: the initial one, or a plain one that atomic accesses read.
constexpr Name plain_name(u32 number) { return kNoName - 1 - number; }
constexpr bool is_event(Name name) { return thread_of(name) != protocol::kMaxThreads - 1; }

enum class EventKind : u8 {
  kMemory,  // an atomic access
  kObject,  // an operation on a lock or another object: reads from the last one that changed it
  kWait,    // goes on after one particular event of another thread; no choice
  kChoice,
};

struct Event {
  u64 object;    // address
  u64 position;  // kMemory that writes: place in modification order
  u64 state;     // kObject that writes: the object after it
  u32 stamp;     // order of addition to the graph; what is revisited keeps it
  u32 placed;    // when it got its place; later than `stamp` for an operation that had to wait after being revisited
  Name source;   // reads from
  Name commit;   // kObject, kWait: comes after this one, which has revisited it
  u16 thread;
  u16 after_thread;  // also after the first `after_steps` events of this thread
  u16 creator;       // first event of a thread: who made it, after how many events
  u32 after_steps;
  u32 creator_steps;
  u32 step;
  u16 n, pick;  // kChoice
  u16 choices;  // events that belong to the same operation, after this one
  u8 group;     // …and before it
  EventKind kind;
  Op op;
  u8 size;
  bool reads, writes;
  bool fresh;     // its write, or its outcome, was not in a graph before: what follows from it is to be found out
  bool validate;  // its source was not checked against the memory model
  // Of the running execution only.
  const void* where;  // Location or Object
  Store* store;
  Store* from;
  u32 index;  // in the graph's program order of its thread

  Name name() const { return make_name(thread, step); }
};

/// An operation that was revisited and waits for the moment when it can be done.
struct Pending {
  Name name;
  Name commit;
  u32 stamp;
  u64 object;
};

enum class ItemKind : u8 {
  kRead,      // `event` reads from `source`
  kPlace,     // `event` is placed at `position` in modification order
  kChoose,    // `event` takes choice `pick`
  kRevisit,   // the read of `target` takes the store of `event`
  kConflict,  // the same, where `event` is an RMW that reads from `source`, which `target` does now
  kOperate,   // `event` (on an object) comes right after `source` and before `target`
  kLook,      // the same, where `event` only looks
};

/// Something that is still to be explored.
struct Item {
  ItemKind kind;
  Op op;
  u16 pick;
  u32 stamp;  // events placed later than this are not part of the graph
  Name event, source, target;
  u64 object;
  u64 position;
  u32 after_steps, creator_steps;
  u16 after_thread, creator;
};

}  // namespace lockstep::runtime
