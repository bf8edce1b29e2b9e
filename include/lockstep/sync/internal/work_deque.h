// work_deque<T>: pointers that one thread, the owner, pushes and takes at one end, last in first out, and that others
// steal at the other end, oldest first. The heart of thread_pool.
//
// Invariants:
// 1. top_ only grows; bottom_ is written by the owner alone. Entries from top_ to bottom_ are there to be had.
// 2. The owner takes an entry without a race while it is not the last one; the last one goes to whoever moves top_.
// 3. A ring that was outgrown is kept until the deque is destroyed: a thief may still read from it.
//
// Memory order of each atomic:
// - bottom_, push: release, read by steal with seq_cst: the entry and what it points to are seen.
// - bottom_, take: exchange seq_cst, then top_ seq_cst; steal: top_ seq_cst, then bottom_ seq_cst. So the owner that
// takes
//   the last but one and a thief that has read an old bottom_ cannot both miss each other.
// - top_, compare-exchange: seq_cst; the one that succeeds has the entry.
// - ring's entries: relaxed; published by bottom_, and kept from being overwritten before top_ has passed by push's
// acquire
//   load of top_. ring_: release and acquire: a thief that sees the new ring sees its entries.
//
// Complexity: O(1), push amortised (doubling). Thread safety: push and take by the owner; steal and looks_empty by any.
// Errors: push throws std::bad_alloc.
// Source: Chase and Lev, SPAA 2005; Lê, Pop, Cohen, Zappa Nardelli, PPoPP 2013 for weak memory.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "lockstep/sync/internal/cache_line.h"

namespace lockstep::sync::internal {

template <class T>
class work_deque {
 public:
  explicit work_deque(std::size_t capacity = 256) { install(std::make_unique<ring>(capacity)); }
  work_deque(const work_deque&) = delete;
  work_deque& operator=(const work_deque&) = delete;

  void push(T* entry) {
    std::int64_t bottom = bottom_.load(std::memory_order_relaxed);
    std::int64_t top = top_.load(std::memory_order_acquire);
    ring* r = ring_.load(std::memory_order_relaxed);
    if (bottom - top >= static_cast<std::int64_t>(r->size)) [[unlikely]] {
      r = grow(*r, top, bottom);
    }
    r->at(bottom).store(entry, std::memory_order_relaxed);
    bottom_.store(bottom + 1, std::memory_order_release);
  }

  /// The entry that was pushed last, or null.
  T* take() {
    std::int64_t bottom = bottom_.load(std::memory_order_relaxed) - 1;
    ring* r = ring_.load(std::memory_order_relaxed);
    bottom_.exchange(bottom, std::memory_order_seq_cst);
    std::int64_t top = top_.load(std::memory_order_seq_cst);
    if (top > bottom) {
      bottom_.store(bottom + 1, std::memory_order_relaxed);
      return nullptr;
    }
    T* entry = r->at(bottom).load(std::memory_order_relaxed);
    if (top == bottom) {
      if (!top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst, std::memory_order_relaxed)) {
        entry = nullptr;
      }
      bottom_.store(bottom + 1, std::memory_order_relaxed);
    }
    return entry;
  }

  /// The oldest entry, or null if there was none or somebody else got it.
  T* steal() {
    std::int64_t top = top_.load(std::memory_order_seq_cst);
    std::int64_t bottom = bottom_.load(std::memory_order_seq_cst);
    if (top >= bottom) return nullptr;
    T* entry = ring_.load(std::memory_order_acquire)->at(top).load(std::memory_order_relaxed);
    if (!top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst, std::memory_order_relaxed)) {
      return nullptr;
    }
    return entry;
  }

  bool looks_empty() const { return top_.load(std::memory_order_relaxed) >= bottom_.load(std::memory_order_relaxed); }

 private:
  struct ring {
    explicit ring(std::size_t n) : size(n), entries(std::make_unique<std::atomic<T*>[]>(n)) {}
    std::atomic<T*>& at(std::int64_t i) { return entries[static_cast<std::size_t>(i) & (size - 1)]; }
    const std::size_t size;  // a power of two
    const std::unique_ptr<std::atomic<T*>[]> entries;
  };

  ring* install(std::unique_ptr<ring> r) {
    rings_.push_back(std::move(r));
    ring_.store(rings_.back().get(), std::memory_order_release);
    return rings_.back().get();
  }

  [[gnu::noinline]] ring* grow(ring& old, std::int64_t top, std::int64_t bottom) {
    auto fresh = std::make_unique<ring>(old.size * 2);
    for (std::int64_t i = top; i < bottom; ++i) {
      fresh->at(i).store(old.at(i).load(std::memory_order_relaxed), std::memory_order_relaxed);
    }
    return install(std::move(fresh));
  }

  alignas(kCacheLine) std::atomic<std::int64_t> bottom_{0};
  std::atomic<ring*> ring_{nullptr};
  std::vector<std::unique_ptr<ring>> rings_;  // the owner's
  alignas(kCacheLine) std::atomic<std::int64_t> top_{0};
};

}  // namespace lockstep::sync::internal
