// Which concurrency pattern the failing execution shows, and which of its events show it.
//
// The pattern is read off the execution itself, not off the source: for instance the unserialisable access triples
// of Lu et al., AVIO (ASPLOS 2006), tell a lost update from a stale check.
// Thread safety: pure functions of their arguments.
#pragma once

#include <cstdint>
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
Diagnosis diagnose_deadlock(const History& history, const trace::Bug& bug);
Diagnosis diagnose_lock_order(const History& history, const trace::Bug& bug);
Diagnosis diagnose_cycle(const History& history, const trace::Bug& bug);
Diagnosis diagnose_race(const History& history, const trace::Bug& bug, names::Namer& namer);
Diagnosis diagnose_failure(const History& history, const trace::Bug& bug, names::Namer& namer);

}  // namespace lockstep::explain
