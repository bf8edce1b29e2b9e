// Statistics of the locks of this process: which are taken how often, which are waited for, who holds them now.
//
//     for (const lock_statistics& l : lockstep::sync::report()) …
//     std::fputs(lockstep::sync::report_text().c_str(), stderr);   // the most waited-for first
//
// Always on; the counting costs a plain increment in the thread's own memory (held.h).
//   acquisitions, waits   exact, for locks that are in the cache or known by name, order or contention; a thread's
//   cache
//                         has 128 chains, and what an unknown lock did when it lost its place there is dropped
//   longest_wait          exact: every wait is timed
//   longest_hold          every hold that began with a wait, and every 256th of the others
// An unnamed lock that has ended may be listed until its place is used again. Coroutines are not counted.
// Thread safety: may be called by any thread at any time; each number is right, all together are no snapshot.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace lockstep::sync {

struct lock_statistics {
  const void* lock;
  std::string kind;  ///< "mutex", "shared_mutex", …
  std::string name;  ///< empty if it has none
  std::uint64_t acquisitions = 0;
  std::uint64_t waits = 0;
  std::chrono::nanoseconds longest_wait{};
  std::chrono::nanoseconds longest_hold{};
  std::uint32_t holder = 0;  ///< a thread that holds it now; 0: none
};

/// The most waited-for first.
std::vector<lock_statistics> report();
/// report() as a table.
std::string report_text();

}  // namespace lockstep::sync
