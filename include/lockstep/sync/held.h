// Which locks the calling thread holds: lock orders and statistics. Internal; every lock calls `acquired` and
// `released`.
//
// On in release builds, because a hit costs nothing that can be measured beside the lock's own atomics. The idea is
// that of Linux lockdep's chain hash: a thread's held locks, in order, have a hash; a new lock makes a new hash. If
// this thread has seen that hash before, its order was checked then. If not, the pairs (held, new) go into the graph of
// orders, which looks for a cycle, and a cycle is reported once with the stacks of both orders (lock_order.h).
//
//   outermost lock, the same as last time: four compares and a store; two compares and a store at unlock; no shared line
//   is written
//   another chain that was seen before:    a call, a hash, one compare
//   a new chain: a stack trace (some microseconds), and for a pair not seen before a mutex and a search
// A locked instruction waits until all stores before it are done, and what comes after waits for it. So the compares are
// made before it (`note`), and both stores stand between the lock's instruction and the unlock's, where the section's own
// stores are waited for anyway: until a lock is let go its holder has said so already, for an instant.
//
// The counter of the cache's entry is the number of acquisitions; so each thread counts its own, and report() adds up.
// Holds are timed when the lock was contended, and every 256th time; a clock costs more than the lock. A lock's order
// is forgotten when it is destroyed: the generation is part of every hash, so all threads look again. A thread's cache
// has 128 chains; one that loses its place gives its counts to the common table.
//
// Invariants: a record is written by its own thread alone; what report() and wait_graph() read of it meanwhile are
// atomics (plain instructions), or guarded by its mutex, which a hit does not touch. held[1..depth()] are the locks held,
// in the order of acquisition; beyond kMostHeld they are not followed.
// Source: Linux, Documentation/locking/lockdep-design.rst (Molnar, 2006).
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
  /// Bits 0..7: how many locks are held, held[1..depth()]. Above: acquisitions of held[1] that its chain does not count
  /// yet. One word, so that the outermost lock costs one store on each side.
  counter_word outer = 0;
  static constexpr std::uint64_t kDepth = 0xff;
  static constexpr std::uint64_t kOnce = kDepth + 1;
  std::uint32_t thread = 0;
  std::uint64_t timed = 0;             ///< bit i: since[i] says when held[i] was taken
  std::uint64_t outer_generation = 0;  ///< what known_generation was when held[1] was written
  held_lock held[kMostHeld + 1];       ///< held[0] is the empty chain; held[1] stays when depth is 0
  std::int64_t since[kMostHeld + 1];
  std::int64_t waited_until = 0;   ///< when a lock was got after the last wait for one
  std::uint32_t not_followed = 0;  ///< held beyond kMostHeld
  std::mutex mutex;
  chain chains[kChains];

  /// By its own thread. By others with std::memory_order_acquire: they find the locks.
  std::uint32_t depth(std::memory_order order = std::memory_order_relaxed) const noexcept {
    return static_cast<std::uint32_t>(outer.load(order) & kDepth);
  }
  void set_depth(std::uint32_t depth) noexcept {
    // release: who reads the depth (wait_graph) finds the lock. A plain instruction on x86.
    outer.store((outer.load(std::memory_order_relaxed) & ~kDepth) | depth, std::memory_order_release);
  }

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
/// The calling thread, which begins to wait for a lock now, has on average taken one every 150 ns since its last wait.
bool locks_often(std::int64_t now) noexcept;

inline std::int64_t nanoseconds_now() noexcept { return std::chrono::steady_clock::now().time_since_epoch().count(); }

/// When a wait began, to be given to `acquired`; 0 under the checker, which is not to see a clock.
inline std::int64_t wait_begins() noexcept { return under_checker() ? 0 : nanoseconds_now(); }

/// What a thread is about to note of a lock that it takes or lets go. Looked up before the word of the lock is changed:
/// what comes after a locked instruction waits for it, and should be no more than a store.
struct note {
  thread_record* record =
      nullptr;  ///< nullptr: not the outermost lock, the same as last time, or a turn to take the time
  std::uint64_t outer = 0;
};

inline note note_to_acquire(const void* lock) noexcept {
  if (under_checker()) return {};
  thread_record* r = this_record;
  if (!r) [[unlikely]]
    return {};
  std::uint64_t outer = r->outer.load(std::memory_order_relaxed);
  if ((outer & thread_record::kDepth) == 0 && r->held[1].lock.load(std::memory_order_relaxed) == lock &&
      r->outer_generation == known_generation.load(std::memory_order_relaxed) &&
      (outer / thread_record::kOnce + 1) % 256 != 0) [[likely]]
    return {r, outer + thread_record::kOnce + 1};
  return {};
}

/// The calling thread has got the lock, at once.
inline void acquired(const void* lock, const char* kind, const note& known) {
  if (known.record) [[likely]] {
    known.record->outer.store(known.outer, std::memory_order_release);  // as in set_depth()
    return;
  }
  if (!under_checker()) acquired_generally(lock, kind, 0);
}
/// The calling thread has got the lock, after a wait that began at waited_since.
inline void acquired(const void* lock, const char* kind, std::int64_t waited_since) {
  if (!under_checker()) acquired_generally(lock, kind, waited_since);
}

/// For an unlock: notes that the lock is let go, before its word is changed if that takes no more than a store, else
/// afterwards, when the lock itself may be gone.
class releasing {
 public:
  explicit releasing(const void* lock) noexcept {
    if (under_checker()) return;
    thread_record* r = this_record;
    if (r) [[likely]] {
      std::uint64_t outer = r->outer.load(std::memory_order_relaxed);
      if ((outer & thread_record::kDepth) == 1 && r->held[1].lock.load(std::memory_order_relaxed) == lock &&
          r->timed == 0) [[likely]] {
        r->outer.store(outer - 1, std::memory_order_relaxed);
        return;
      }
    }
    lock_ = lock;
  }
  ~releasing() {
    if (lock_) [[unlikely]]
      released_generally(lock_);
  }
  releasing(const releasing&) = delete;
  releasing& operator=(const releasing&) = delete;

 private:
  const void* lock_ = nullptr;
};

}  // namespace lockstep::sync::internal
