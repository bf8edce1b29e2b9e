// counter: a number that many threads add to and somebody reads now and then. Adding costs about as much as to a
// variable of one's own, whatever the number of threads; reading costs a cache miss for each processor or thread.
//
//     lockstep::sync::counter served;
//     served.add();                      // any thread, on the hot path
//     std::int64_t n = served.value();   // the metrics page
//
// Thread safety: every member function may be called by any thread at any time (add in signal handlers too once the
// thread has added before); only destruction must come after all else.
//
// What value() promises: it counts each add that happens before it, none that happens after it, and of those that run
// meanwhile each wholly or not at all. As long as all adds are add(1), that makes it linearizable: values never go back
// from one value() to one that happens after it. With adds of several sizes or signs a reader can see a later add
// without an earlier one of another thread, and so a sum that never was: use std::atomic where that matters (a count
// that must not be seen negative, tickets, reference counts).
//
// How: a shard of two numbers for each processor where the kernel has restartable sequences (rseq, Linux 4.18 and glibc
// 2.35): an add is one unlocked instruction. Elsewhere, and in instrumented programs, a shard for each thread: a shard is written by
// its owner alone, with a load and a store.
//
// Invariants:
// 1. The value is the sum of initial_, all shards and shared_.
// 2. A shard of a processor is changed only inside a restartable sequence on that processor; a shard of a thread only
//    by the thread whose slot it is (thread_slot.h).
//
// Memory order: all relaxed: a counter publishes nothing but itself. A slot's next owner sees what the last one added,
// because slots are handed on with release and acquire.
//
// Complexity: add O(1), value O(processors or threads). sizeof is three words and the table of chunks; a shard has 64
// bytes.
//
// When not to use it: where every add must know the sum (std::atomic's fetch_add; semaphore; rate_limiter), and for
// thousands of counters, each of which would have its shards.
//
// Source: McKenney, "Is Parallel Programming Hard", chapter 5 (per-thread counters); Desnoyers, rseq(2).
#pragma once

#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <memory>

#include "lockstep/sync/internal/cache_line.h"
#include "lockstep/sync/internal/rseq_add.h"
#include "lockstep/sync/internal/thread_slot.h"

namespace lockstep::sync {

class counter {
 public:
  explicit counter(std::int64_t initial = 0) : initial_(initial) {
    if (!internal::rseq_available()) return;
    long processors = sysconf(_SC_NPROCESSORS_CONF);
    shards_ = processors > 0 ? static_cast<std::uint32_t>(processors) : 1;
    by_processor_ = std::make_unique<shard[]>(shards_);
  }
  counter(const counter&) = delete;
  counter& operator=(const counter&) = delete;

  void add(std::int64_t n = 1) noexcept {
    if (by_processor_) {
      if (internal::rseq_add(by_processor_.get(), shards_, n)) [[likely]] {
        return;
      }
      shared_.fetch_add(n, std::memory_order_relaxed);  // a processor that was added since
      return;
    }
    std::atomic<std::int64_t>& mine = by_thread_.mine();
    mine.store(mine.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void sub(std::int64_t n = 1) noexcept { add(-n); }

  std::int64_t value() const noexcept {
    std::int64_t sum = initial_ + shared_.load(std::memory_order_relaxed);
    for (std::uint32_t i = 0; i < shards_; ++i) {
      for (const auto& count : by_processor_[i].counts) sum += count.load(std::memory_order_relaxed);
    }
    by_thread_.each([&](const std::atomic<std::int64_t>& c) { sum += c.load(std::memory_order_relaxed); });
    return sum;
  }

 private:
  struct alignas(internal::kCacheLine) shard {
    std::atomic<std::int64_t> counts[2]{};
  };
  static_assert(sizeof(shard) == 64, "rseq_add() shifts the processor's number by 6");

  std::unique_ptr<shard[]> by_processor_;
  std::uint32_t shards_ = 0;
  std::int64_t initial_;
  std::atomic<std::int64_t> shared_{0};
  internal::per_thread<std::atomic<std::int64_t>> by_thread_;
};

}  // namespace lockstep::sync
