// A thread of the program under test, as the checker sees it.
//
// A thread runs on its fiber until it reaches a visible operation. It then says which one (`pending`), and the
// scheduler decides who goes on. A thread whose operation cannot be done now (`ready` says no) is blocked; it is not
// retried, it becomes enabled when its operation can be done.
#pragma once

#include "fiber/fiber.h"
#include "graph/graph.h"

namespace lockstep::runtime {

using protocol::Op;

struct Thread;
struct Object;

/// What the next operation of a thread touches: two operations commute when no object is shared, or only read.
struct Footprint {
  u64 object = 0;
  u64 second = 0;
  u32 bytes = 0;  // of `object`, when it is memory
  Op op = Op::kNone;
  bool write = false;
  bool everything = false;  // commutes with nothing (the end of the process)
};

/// What holding a lock adds to Thread::effects.
inline u32 lock_effect(u64 address) { return static_cast<u32>(address * 0x9e3779b97f4a7c15 >> 32) | 1; }

bool commute(const Footprint& a, const Footprint& b);

/// Something a spinning thread has read; it may go on when the counter has moved.
struct Observed {
  const u32* version;
  u32 seen;
};

/// Recognises pure spin iterations: the same instruction, registers and live stack, and nothing written since.
struct SpinState {
  static constexpr u32 kSites = 8;
  static constexpr u32 kMaxReads = 16;
  struct Site {
    u64 pc;
    u64 state;     // hash of the callee-saved registers and the live stack
    u32 effects;   // Thread::effects when it was noted
    u32 lock_ops;  // Thread::lock_ops when it was noted
    u32 reads;     // SpinState::reads when it was noted
  };
  /// A read, and the state of the thread when it came to it.
  struct Read {
    const void* location;  // null: none
    u64 pc, state;
    u64 value;
    u32 effects, index;  // of the thread, behind it
    u32 step;            // of the explorer's event
    Order order;
    bool failed;  // a compare-exchange that failed
  };
  Read last[2];             // the two newest, the older one first
  u64 arrival_pc, arrival;  // of the operation that is about to be done
  Site sites[kSites];
  Observed observed[kMaxReads];  // the newest reads, a ring
  u32 next_site;
  u32 reads;  // how many reads in all
};

/// Bytes of a thread's stack that others have written by plain stores.
struct WrittenByOthers {
  u64 address;
  u32 size;           // at most 8
  bool noticed;       // `newest` holds what they have written
  u64 first, newest;  // before they did, and since
};

struct HeldLock {
  u64 address;
  bool reads;
};

/// A thread at a barrier, and how many events it had then.
struct Arrival {
  Thread* thread;
  u32 steps;
};

enum class ThreadState : u8 { kRunnable, kFinished };

struct DestructorEntry {
  void (*function)(void*);
  void* argument;
};

struct Thread {
  Fiber fiber;
  Clock* clock;             // happens-before up to the last event
  const Clock* to_acquire;  // what an acquire fence would synchronise with; null: nothing
  const Clock* released;    // the clock of the last release fence; null if none
  u32 index;                // events so far; the newest has this index
  u32 effects;              // writes and other side effects, for SpinState; taking and giving back a lock cancel out
  u32 lock_ops;             // locks taken
  u16 id;
  ThreadState state;
  bool joined, detached, started;
  bool awaiting;         // in a pure spin iteration
  bool stopped;          // graph mode: goes on no more in this execution
  bool assumed;          // …because an assumption failed
  bool yielding;         // graph mode: at no event, but others may go first
  bool deferred;         // graph mode: ends the process when nobody else can go on
  bool must_progress;    // the read that follows takes something newer than last time
  bool took_locks;       // the pure iteration that has just ended took locks and gave them back
  u32 await_reads;       // how many of spin.observed the await is about
  Thread* starter;       // goes on when this thread has reached its first visible operation
  bool local;            // pending operation commutes with everything: no decision about it
  bool ignore_accesses;  // TSan annotations

  // The pending operation
  Footprint pending;
  bool (*ready)(const Thread&);  // null: always
  Object* waits_for;
  Thread* waits_for_thread;
  u64 wait_pc;
  u64 hook_pc;          // where the program called the newest hook
  u64 deadline;         // virtual time at which a timed operation gives up; kNever
  bool sleeping;        // condition variable, futex: only a wakeup, a timeout or chance ends this
  bool woke_by_chance;  // it has had its spurious wakeup; one in an execution, or loops around a wait never end
  bool woken;           // condition variable, futex: somebody woke it
  u64 wait_mutex;       // condition variable: address of the mutex to take again
  u16 woken_by;         // graph mode: the thread that woke it, and how many events that had then
  u32 woken_steps;
  u32 woken_event;
  const Clock* woken_clock;
  Clock* order;         // graph mode, interleavings: what is before its next event besides `clock`
  List<Arrival> round;  // graph mode, barrier: who was in it
  bool special;         // barrier: its call has the special result
  Op wait_op;

  // Start and end
  void* (*start)(void*);
  void* argument;
  void* result;
  u64 handle;           // pthread_t
  List<HeldLock> held;  // detect/lock_order
  Clock* segments;      // the same: happens-before by creating and joining threads alone
  u32 steps;            // graph mode: events that the explorer knows
  u32 create_steps;     // …that the creator had when it made this thread
  u64 now;              // graph mode: its virtual time while another thread runs
  u16 last_child;
  u64 create_pc;
  u64 entry_callable;  // see protocol::Thread
  u16 creator;
  u32 create_event;
  const Clock* end_clock;
  List<DestructorEntry> destructors;  // of thread_local objects
  const void** specific;              // pthread keys

  u64 stack_low, stack_high;
  u64 stack_clean;           // from here on the stack was clear when the thread began
  List<Location*> on_stack;  // atomics that lie there
  List<WrittenByOthers> lent;
  SpinState spin;
  u64 priority;             // of sampling explorers
  const EntryFrame* entry;  // of the hook it is in
  char name[32];
};

inline constexpr u64 kNever = ~u64{0};

/// Only a spurious wakeup lets it go on: that must not hide that nobody is left to wake it.
inline bool waits_for_chance(const Thread& t) { return t.sleeping && !t.woken && t.deadline == kNever; }

}  // namespace lockstep::runtime
