// Which locks the calling thread holds: lock orders and statistics. Internal; every lock calls `acquired` and
// `released`.
//
// On in release builds, because a hit costs nothing that can be measured beside the lock's own atomics. The idea is
// that of Linux lockdep's chain hash: a thread's held locks, in order, have a hash; a new lock makes a new hash. If
// this thread has seen that hash before, its order was checked then. If not, the pairs (held, new) go into the graph of
// orders, which looks for a cycle, and a cycle is reported once with the stacks of both orders (lock_order.h).
//
//   hit:  hash, one compare, one counter; no atomic read-modify-write, no shared line
//   miss: a stack trace (some microseconds), and for a pair not seen before a mutex and a search
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

// A locked instruction waits until all stores before it are done, so what a hit stores is what a hit costs: lock, key,
// depth and counter when taking, the depth when letting go. The rest is computed.
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
  std::uint64_t timed = 0;         ///< bit i: since[i] says when held[i] was taken
  std::uint32_t not_followed = 0;  ///< held beyond kMostHeld
  held_lock held[kMostHeld + 1];   ///< held[1..depth]; held[0] is the empty chain
  std::int64_t since[kMostHeld + 1];
  std::mutex mutex;
  chain chains[kChains];

  chain& chain_of(std::uint64_t key) noexcept { return chains[key >> (64 - kChainBits)]; }
};

LOCKSTEP_SYNC_TLS thread_record* this_record = nullptr;
/// Part of every key; grows when a lock that has an order ends.
constinit inline std::atomic<std::uint64_t> order_generation = 1;

thread_record& make_thread_record();
/// The chain is not in the cache: checks the order, makes an entry.
void acquired_new_chain(thread_record& r, chain& entry, std::uint64_t key, const void* lock, const char* kind);
/// held[depth] is released and was timed.
void end_of_timed_hold(thread_record& r, std::uint32_t depth) noexcept;
/// Not the last lock taken is released, or one that is not known.
void released_out_of_order(thread_record& r, const void* lock) noexcept;

inline std::int64_t nanoseconds_now() noexcept { return std::chrono::steady_clock::now().time_since_epoch().count(); }

/// The hash of a chain and one more lock.
inline std::uint64_t next_key(std::uint64_t key, const void* lock) noexcept {
  std::uint64_t generation = order_generation.load(std::memory_order_relaxed);
  return (key + generation + reinterpret_cast<std::uintptr_t>(lock)) * 0x9e3779b97f4a7c15u;
}

/// When a wait began, to be given to `acquired`; 0 under the checker, which is not to see a clock.
inline std::int64_t wait_begins() noexcept { return under_checker() ? 0 : nanoseconds_now(); }

/// The calling thread has got the lock; waited_since is 0 if it did not wait.
inline void acquired(const void* lock, const char* kind, std::int64_t waited_since = 0) {
  if (under_checker()) return;
  thread_record* record = this_record;
  if (!record) [[unlikely]]
    record = &make_thread_record();
  thread_record& r = *record;
  std::uint32_t depth = r.depth.load(std::memory_order_relaxed);
  if (depth == thread_record::kMostHeld) [[unlikely]] {
    ++r.not_followed;
    return;
  }
  std::uint64_t key = next_key(r.held[depth].key.load(std::memory_order_relaxed), lock);
  chain& entry = r.chain_of(key);
  if (entry.key.load(std::memory_order_relaxed) != key) [[unlikely]]
    acquired_new_chain(r, entry, key, lock, kind);
  std::uint64_t n = entry.acquisitions.load(std::memory_order_relaxed);
  entry.acquisitions.store(n + 1, std::memory_order_relaxed);
  ++depth;
  if (waited_since != 0 || n % 256 == 0) [[unlikely]] {
    r.since[depth] = nanoseconds_now();
    r.timed |= std::uint64_t(1) << depth;
    if (waited_since != 0) {
      add(entry.waits, 1);
      raise(entry.longest_wait, static_cast<std::uint64_t>(r.since[depth] - waited_since));
    }
  }
  r.held[depth].lock.store(lock, std::memory_order_relaxed);
  r.held[depth].key.store(key, std::memory_order_relaxed);
  // release: who reads the depth (wait_graph) finds the lock. A plain instruction on x86.
  r.depth.store(depth, std::memory_order_release);
}

/// The calling thread has released the lock. The lock itself may be gone.
inline void released(const void* lock) noexcept {
  if (under_checker()) return;
  thread_record* r = this_record;
  if (!r) [[unlikely]]
    return;
  std::uint32_t depth = r->depth.load(std::memory_order_relaxed);
  if (r->held[depth].lock.load(std::memory_order_relaxed) != lock || depth == 0) [[unlikely]]
    return released_out_of_order(*r, lock);
  if (r->timed >> depth != 0) [[unlikely]]
    end_of_timed_hold(*r, depth);
  r->depth.store(depth - 1, std::memory_order_relaxed);
}

}  // namespace lockstep::sync::internal
