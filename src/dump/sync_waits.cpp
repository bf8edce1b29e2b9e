#include "dump/sync_waits.h"

#include <linux/futex.h>

#include "lockstep/sync/parking.h"

namespace lockstep::dump {
namespace {

using Waiter = sync::internal::waiter_layout;

// mutex.h and shared_mutex.h describe their words.
constexpr std::uint32_t kHolder = (1u << 30) - 1, kCoroutine = kHolder;  // fair_mutex has no bit 30, nor thread there
constexpr std::uint32_t kWriter = 1u << 30, kReaders = (1u << 29) - 1;

std::uint64_t at(std::uint64_t state, std::ptrdiff_t offset) { return state + static_cast<std::uint64_t>(offset); }

}  // namespace

std::optional<std::uint64_t> primitive_of_sleeper(const Memory& memory, const ThreadState& thread) {
  const std::uint64_t state = thread.arguments[0];
  const bool sleeps = static_cast<std::uint32_t>(thread.arguments[2]) == Waiter::kSleeping &&
                      memory.value<std::uint32_t>(state) == Waiter::kSleeping;
  // The thread's number right beside the word, where it is put when the node is made.
  if (!sleeps || memory.value<std::uint32_t>(at(state, Waiter::kThread)) !=
                     static_cast<std::uint32_t>(thread.inner_tid != 0 ? thread.inner_tid : thread.tid)) {
    return std::nullopt;
  }
  const auto address = memory.value<std::uint64_t>(at(state, Waiter::kAddress));
  const auto queued = memory.value<std::uint8_t>(at(state, Waiter::kQueued));
  if (queued != 1 || address == 0 || address % alignof(std::uint32_t) != 0) return std::nullopt;
  return address;
}

bool sleeps_still(const Memory& before, const Memory& now, const ThreadState& thread) {
  const std::uint64_t word = thread.arguments[0];
  return now.value<std::uint32_t>(word) == before.value<std::uint32_t>(word) &&
         primitive_of_sleeper(now, thread) == primitive_of_sleeper(before, thread);
}

SyncOwner owner_of_mutex(const Memory& memory, std::uint64_t address) {
  const std::uint32_t holder = memory.value<std::uint32_t>(address) & kHolder;
  SyncOwner owner;
  owner.coroutine = holder == kCoroutine;
  if (!owner.coroutine) owner.thread = holder;
  return owner;
}

SyncOwner owner_of_shared_mutex(const Memory& memory, std::uint64_t address) {
  const auto word = memory.value<std::uint32_t>(address);
  SyncOwner owner;
  if (word & kWriter) owner.thread = memory.value<std::uint32_t>(address + sizeof word);
  owner.readers = word & kReaders;
  return owner;
}

std::map<std::uint64_t, std::string> sync_names(const Memory& memory, Symbols& symbols) {
  std::map<std::uint64_t, std::string> names;
  const auto list = symbols.address_of("_ZN8lockstep4sync8internal11debug_namesE");
  if (!list) return names;
  struct Entry {
    std::uint64_t object, kind, text, next;
  };
  // A process that is looked at while it runs may change the list; it does not grow without end.
  constexpr std::size_t kMost = 100000, kLongest = 200;
  Entry entry{};
  std::uint64_t next = memory.value<std::uint64_t>(*list);
  while (next != 0 && names.size() < kMost && memory.read(next, &entry, sizeof entry)) {
    std::string text;
    for (char c = 0; text.size() < kLongest && memory.read(entry.text + text.size(), &c, 1) && c != 0;) text += c;
    if (!names.emplace(entry.object, text).second) break;
    next = entry.next;
  }
  return names;
}

}  // namespace lockstep::dump
