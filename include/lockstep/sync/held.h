// Which locks the calling thread holds: lock orders and statistics. Internal; every lock calls `acquired` and
// `released`.
//
// On in release builds, because a hit costs nothing that can be measured beside the lock's own atomics. The idea is
// that of Linux lockdep's chain hash: a thread's held locks, in order, have a hash; a new lock makes a new hash. If
// this thread has seen that hash before, its order was checked then. If not, the pairs (held, new) go into the graph of
// orders, which looks for a cycle, and a cycle is reported once with the stacks of both orders (lock_order.h).
//
//   outermost lock, the same as last time: three compares, one counter; 3 stores in all, no shared line is written
//   another chain that was seen before:    a call, a hash, one compare
//   a new chain: a stack trace (some microseconds), and for a pair not seen before a mutex and a search
// A locked instruction waits until all stores before it are done, so what is stored is what it costs.
//
// The counter of the cache's entry is the number of acquisitions; so each thread counts its own, and report() adds up.
// Holds are timed when the lock was contended, and every 256th time; a clock costs more than the lock.
// A lock's order is forgotten when it is destroyed: the generation is part of every hash, so all threads look again.
// A thread's cache has 128 chains; one that loses its place gives its counts to the common table.
//
// Invariants: a record is written by its own thread alone; what report() and wait_graph() read of it meanwhile are
// atomics (plain instructions), or guarded by its mutex, which a hit does not touch. held[0..depth) are the locks held,
// in the order of acquisition; beyond kMostHeld they are not followed. Source: Linux,
// Documentation/locking/lockdep-design.rst (Molnar, 2006).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>

#include "lockstep/sync/thread.h"
#include "lockstep/sync/tool.h"

namespace lockstep::sync::internal {

using counter_word = std::atomic<std::uint64_t>;

/// By the only writer: two plain instructions.
inline void add(counter_word& n, std::uint64_t by) noexcept {
  n.store(n.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}
inline void raise(counter_word& n, std::uint64_t to) noexcept {
  if (n.load(std::memory_order_relaxed) < to) n.store(to, std::memory_order_relaxed);
}

/// One order of held locks that was checked, and what its last lock did.
struct chain {
  counter_word key = 0;
  std::atomic<const void*> lock = nullptr;
  std::atomic<const char*> kind = nullptr;
  counter_word acquisitions = 0, waits = 0, longest_wait = 0, longest_hold = 0;
  stack_trace stack;  ///< where it was taken for the first time; guarded by the record's mutex
};

struct thread_record {
  static constexpr std::uint32_t kMostHeld = 32;
  static constexpr std::uint32_t kChainBits = 7;
  static constexpr std::uint32_t kChains = 1u << kChainBits;
  struct held_lock {
    std::atomic<const void*> lock = nullptr;
    counter_word key = 0;  ///< of the chain that ends with this lock
  };
  std::atomic<std::uint32_t> depth = 0;
  std::uint32_t thread = 0;
  std::uint64_t timed = 0;             ///< bit i: since[i] says when held[i] was taken
  counter_word outer_count = 0;        ///< acquisitions of held[1] that its chain does not count yet
  std::uint64_t outer_generation = 0;  ///< what known_generation was when held[1] was written
  held_lock held[kMostHeld + 1];       ///< held[1..depth]; held[0] is the empty chain; held[1] stays when depth is 0
  std::int64_t since[kMostHeld + 1];
  std::uint32_t not_followed = 0;  ///< held beyond kMostHeld
  std::mutex mutex;
  chain chains[kChains];

  chain& chain_of(std::uint64_t key) noexcept { return chains[key >> (64 - kChainBits)]; }
};

LOCKSTEP_SYNC_TLS thread_record* this_record = nullptr;
/// Part of every key; grows when a lock that has an order ends.
constinit inline std::atomic<std::uint64_t> order_generation = 1;

/// Grows when any lock ends of which something is known: what held[1] remembers may be another lock's.
constinit inline std::atomic<std::uint64_t> known_generation = 1;

/// All that is not the outermost lock, the same as last time.
void acquired_generally(const void* lock, const char* kind, std::int64_t waited_since);
void released_generally(const void* lock) noexcept;

inline std::int64_t nanoseconds_now() noexcept { return std::chrono::steady_clock::now().time_since_epoch().count(); }

/// When a wait began, to be given to `acquired`; 0 under the checker, which is not to see a clock.
inline std::int64_t wait_begins() noexcept { return under_checker() ? 0 : nanoseconds_now(); }

/// The calling thread has got the lock; waited_since is 0 if it did not wait.
inline void acquired(const void* lock, const char* kind, std::int64_t waited_since = 0) {
  if (under_checker()) return;
  if (thread_record* r = this_record) [[likely]] {
    std::uint64_t n = r->outer_count.load(std::memory_order_relaxed) + 1;
    if (r->depth.load(std::memory_order_relaxed) == 0 && r->held[1].lock.load(std::memory_order_relaxed) == lock &&
        r->outer_generation == known_generation.load(std::memory_order_relaxed) && waited_since == 0 && n % 256 != 0)
        [[likely]] {
      r->outer_count.store(n, std::memory_order_relaxed);
      // release: who reads the depth (wait_graph) finds the lock. A plain instruction on x86.
      r->depth.store(1, std::memory_order_release);
      return;
    }
  }
  acquired_generally(lock, kind, waited_since);
}

/// The calling thread has released the lock. The lock itself may be gone.
inline void released(const void* lock) noexcept {
  if (under_checker()) return;
  thread_record* r = this_record;
  if (r && r->depth.load(std::memory_order_relaxed) == 1 && r->held[1].lock.load(std::memory_order_relaxed) == lock &&
      r->timed == 0) [[likely]]
    r->depth.store(0, std::memory_order_relaxed);
  else
    released_generally(lock);
}

}  // namespace lockstep::sync::internal
