// Explorers decide what happens next: which thread, which of the allowed outcomes.
//
// An explorer lives through many executions. Its state is in memory that is shared across fork, because in the fork
// isolation each execution runs in a child of the driver.
//
// A new explorer is one file and one line in `make_explorer`.
#pragma once

#include "base/base.h"
#include "protocol/segment.h"

namespace lockstep::runtime {

struct Thread;
struct Footprint;
enum class Outcome : u8;
using protocol::ChoiceKind;

/// Answer of Explorer::thread: this execution is not worth finishing.
inline constexpr u32 kPrune = 0xffffffff;

class Explorer {
 public:
  /// Before each execution. `number` counts from 0; `seed` belongs to this execution.
  virtual void begin(u64 number, u64 seed) = 0;
  /// A new thread exists.
  virtual void created(Thread&) {}
  /// The thread has reached a visible operation (it is pending); called on the thread's own stack.
  virtual void parked(Thread&) {}
  /// Which of n > 1 enabled threads goes on. When the running thread is enabled it is ready[0] (`resumable`).
  virtual u32 thread(Thread* const* ready, u32 n, bool resumable) = 0;
  /// Exactly one thread is enabled: it goes on whatever the explorer says, but it may prune or take note.
  virtual bool only(Thread&) { return true; }
  /// Which of n > 1 outcomes; 0 is the usual one (the newest store, the longest waiter, no spurious wakeup).
  virtual u32 choice(ChoiceKind kind, u32 n, Thread& t) = 0;
  /// After each execution. False: there is nothing left to explore.
  virtual bool end(Outcome outcome) = 0;
  /// The program did not do again what it did under the same decisions before.
  virtual bool diverged() const { return false; }
  /// Forgets what was explored.
  virtual void restart() {}
  /// Goes through all executions, so a redundant one may be cut.
  virtual bool enumerates() const { return false; }
  /// Steps are events of the graph (see Program::graph_mode).
  virtual bool graph_mode() const { return false; }
  /// Its executions are interleavings, whatever the memory model: every read takes the newest store.
  virtual bool plain() const { return false; }
  /// Prepares to run the last execution once more, this time writing down its decisions. False: they are known.
  virtual bool log_again() { return false; }
  /// The execution that has just ended belongs to this part of the search.
  virtual bool counts() const { return true; }
  /// Writes what is still to be explored, or reads it. False: it cannot (another version's, or an explorer without).
  virtual bool save(int) const { return false; }
  virtual bool load(int) { return false; }
  /// Executions in all, as far as it can tell; 0: unknown.
  virtual u64 estimate() const { return 0; }

 protected:
  ~Explorer() = default;
};

Explorer& brute_explorer();       // plain depth-first enumeration
Explorer& sleep_set_explorer();   // the same with sleep sets
Explorer& exhaustive_explorer();  // each execution graph once (optimal.h)
Explorer& random_explorer();
Explorer& pct_explorer();
Explorer& pos_explorer();
Explorer& bounded_explorer(u32 preemptions);
/// Plain interleavings (every read takes the newest store, nothing spurious happens), fewest preemptions first.
Explorer& simplest_explorer(u32 preemptions);
/// Fair schedules under which a program may go round for ever (detect/cycle.h). `ends`: some execution is known to
/// have run to its end.
Explorer& fair_explorer(bool ends);
Explorer& replay_explorer(const protocol::Decision* decisions, u32 count);
/// The depth-first explorer has seen everything and its bound cut nothing off.
bool depth_first_proved();

}  // namespace lockstep::runtime
