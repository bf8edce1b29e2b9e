// Which concurrency pattern the failing execution shows, and which of its events show it.
//
// The pattern is read off the execution itself, not off the source: for instance the unserialisable access triples
// of Lu et al., AVIO (ASPLOS 2006), tell a lost update from a stale check.
// Criteria, in short; where an execution does not meet one, the pattern is `none`, which is better than a wrong one:
//
//   lock-order-inversion          a cycle of threads, each waiting for a mutex that the next one holds
//   self-deadlock                 a thread waits for what it holds itself, or (for reading, behind a waiting writer)
//                                 through its own hold
//   leaked-lock                   a thread waits for a lock, or a permit, whose holder has ended
//   nested-monitor                a thread sleeps for a notification and holds a lock that others need
//   blocked-loop                  a thread waits inside a job, and a job was posted meanwhile that it alone could run
//   lost-wakeup                   a notification (or change) came, the sleeper sleeps on, and what it waits for is
//                                 not known to be unmet: a latch above 0, a semaphore without permits, or a predicate
//                                 that reads what it read before is no lost wakeup
//   aba                           a compare-exchange succeeds on a value that others changed and changed back since
//                                 its thread loaded it
//   read-modify-write             read, another's write, write: an update from a stale value
//   check-then-act                read, another's write, an act that the check of existence or absence (0, null, a
//                                 flag, a container) led to
//   time-of-check-to-time-of-use  the same, where a value other than 0 was checked and is used again: an overdraft
//   lazy-init                     the write of such a triple installs a new object
//   torn-access                   two parts of one object, one seen before and one after the other thread's writes of
//                                 both
//   missing-fence                 a read of an old store, where a newer one was there already
//   unsafe-publication            a race on data that the reader reached by way of a store without release/acquire
//   double-checked-locking        a race in which one side checks without the lock what the other writes under it,
//                                 checking twice
//   iterator-invalidation         an access to an element of a container that another operation of that container
//                                 freed
//   sleep-polling                 a failing or racing read is ordered after the write that it counts on by nothing
//                                 but a sleep
//   lock-across-io                an attempt to lock in time fails because the holder sleeps while it holds the lock
//   forgotten-await               the frame of a coroutine is never resumed to its end by anybody
//
// Thread safety: pure functions of their arguments.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "explain/history.h"
#include "names/namer.h"

namespace lockstep::explain {

struct Diagnosis {
  std::string_view pattern = "none";
  std::vector<std::uint64_t> objects;  // addresses, the most important first
  // Triples: a thread's first access, another thread's write that makes it stale, the thread's second access.
  // Races: `first` and `second`. Lost wakeups: `turn` is the notification that helped nobody.
  // Stale reads: `first` is the store that is not seen yet, `second` the read.
  Index first = kNone, turn = kNone, second = kNone;
  // Deadlocks: the threads in the order of waiting, each for the next; the cycle closes unless `open`.
  std::vector<std::uint16_t> waiting;
  bool open = false;
  // What those who sleep for a notification wait for, as far as the execution tells.
  enum class Wish { kUnknown, kUnmet, kMet };
  struct Sleep {
    std::uint16_t thread = protocol::kNoThread;
    Index slept = kNone;          // the wait
    Wish wish = Wish::kUnknown;   // whether its condition holds now
    std::uint64_t condition = 0;  // an object that the condition is about
    Index change = kNone;         // what made the condition true, after it had gone to sleep
    // It was woken once, and found its condition undone again by this write before it looked.
    Index woken_by = kNone, undone = kNone;
    Index merged = kNone;  // a write of what was there already: two signals became one
  };
  std::vector<Sleep> sleeps;
  // A leaked lock is a permit of a semaphore; `first` is where it was taken, if that is known.
  bool permit = false;
  // A forgotten await: the coroutine, and the line of the call whose result was dropped (0: not known).
  std::string coroutine;
  int coroutine_line = 0;
  // Livelock and starvation that go round for ever: who starves comes first in `waiting`, then those who get what it
  // lacks; or all who get nowhere.
  // Lock order: who took which lock while holding which; each wanted lock is the next one's held one.
  struct Nesting {
    Index held, wanted;  // the acquisitions
  };
  std::vector<Nesting> nestings;
};

Diagnosis diagnose(const History& history, const trace::Bug& bug, names::Namer& namer);

// The parts, by kind of bug.
Diagnosis diagnose_deadlock(const History& history, const trace::Bug& bug, names::Namer& namer);
Diagnosis diagnose_lock_order(const History& history, const trace::Bug& bug);
Diagnosis diagnose_cycle(const History& history, const trace::Bug& bug);
Diagnosis diagnose_race(const History& history, const trace::Bug& bug, names::Namer& namer);
Diagnosis diagnose_failure(const History& history, const trace::Bug& bug, names::Namer& namer);

// Single patterns of failures; nothing where the execution does not show them.
std::optional<Diagnosis> torn_access(const History& history, const trace::Bug& bug, names::Namer& namer);
std::optional<Diagnosis> sleep_polling(const History& history, const trace::Bug& bug, names::Namer& namer);
std::optional<Diagnosis> lock_across_io(const History& history, const trace::Bug& bug);
std::optional<Diagnosis> leaked_lock(const History& history, names::Namer& namer);
std::optional<Diagnosis> forgotten_await(const History& history, const trace::Bug& bug, names::Namer& namer);

/// Work that the failing thread started by std::async and whose future it never asked.
std::optional<Diagnosis> future_not_asked(const History& history, const trace::Bug& bug, names::Namer& namer);

/// Whether the function that did event `i` is on its thread's stack no more.
bool has_returned(const History& history, Index i, names::Namer& namer);
/// A sleep of the thread of event `before`, in the same function, with nothing since that waits for anybody; or kNone.
Index sleeps_before(const History& history, Index before, names::Namer& namer);
/// Whether a container of the standard library did it, for its elements; `destroyed`: at the end of its own life.
bool by_container(trace::Stack stack, names::Namer& namer, bool* destroyed);
/// Whether it gives memory back to the heap.
bool frees_memory(trace::Stack stack, names::Namer& namer);
/// The coroutine whose frame was allocated there; empty if it is no coroutine's frame.
std::string coroutine_of(trace::Stack allocation, names::Namer& namer);

}  // namespace lockstep::explain
