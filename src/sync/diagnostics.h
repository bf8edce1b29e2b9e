// What the diagnostics share: names, the graph of lock orders, statistics of ended threads, the records of living ones.
//
// One mutex guards it all; only misses, destructors of known locks, reports and ends of threads come here. It is always
// taken before a record's own mutex. Never destroyed, because locks with static storage end after it would.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "lockstep/sync/held.h"

namespace lockstep::sync::internal {

struct Totals {
  const char* kind = nullptr;
  std::uint64_t acquisitions = 0, waits = 0, longest_wait = 0, longest_hold = 0;
};

struct Order {
  stack_trace held;      ///< where the first was taken
  stack_trace acquired;  ///< where the second was
};

struct Diagnostics {
  struct Name {
    const char* kind;
    std::string text;
  };
  std::mutex mutex;
  std::unordered_map<const void*, Name> names;
  std::unordered_map<const void*, Totals> totals;
  std::unordered_map<const void*, std::unordered_map<const void*, Order>> orders;  ///< from the one held to the next
  std::vector<thread_record*> records;

  static Diagnostics& get();
  /// "mutex `accounts` (0x…)"; with the mutex held.
  std::string describe(const void* lock, const char* kind) const;
  /// Adds what a chain has counted; with the mutex held.
  void fold(const chain& entry);
};

std::string text_of(const stack_trace& stack);

}  // namespace lockstep::sync::internal
