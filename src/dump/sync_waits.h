// Threads that wait in lockstep::sync: by the node that each of them sleeps in (lockstep/sync/parking.h), and by the
// names that the process has given (sync/diagnostics.h).
//
// Works without symbols, except for names. Thread safety: pure functions, but for Symbols.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "dump/snapshot.h"
#include "dump/symbols.h"

namespace lockstep::dump {

/// The primitive in whose queue a thread's node is; nothing if the thread does not sleep in a node.
std::optional<std::uint64_t> primitive_of_sleeper(const Memory& memory, const ThreadState& thread);

/// Whether a thread that slept for a futex still does, by what has been copied of its word, and of the node round it, since.
bool sleeps_still(const Memory& before, const Memory& now, const ThreadState& thread);

/// What the word of a lock says: mutex, fair_mutex and recursive_mutex are alike.
struct SyncOwner {
  std::uint32_t thread = 0;  // as the process knows it; 0: none
  bool coroutine = false;
  std::uint32_t readers = 0;
};
SyncOwner owner_of_mutex(const Memory& memory, std::uint64_t address);
SyncOwner owner_of_shared_mutex(const Memory& memory, std::uint64_t address);

/// Names by address; empty if the program has no symbol table, or no names.
std::map<std::uint64_t, std::string> sync_names(const Memory& memory, Symbols& symbols);

}  // namespace lockstep::dump
