// seqlock<T>: a value that many threads read all the time and somebody replaces now and then. A reader writes nothing,
// so readers do not slow each other down: a read costs the loads of the value and two loads of a counter.
//
//     lockstep::sync::seqlock<quote> last;            // struct quote { double bid, ask; };
//     last.store({99.5, 100.5});                      // any thread
//     quote q = last.load();                          // any thread: both fields of one store
//     last.update([](quote& q) { q.bid += 0.5; });    // read, change and write as one step
//
// Thread safety: every member function may be called by any thread at any time; only destruction must come after all
// else. load, store and update are linearizable.
//
// Invariants:
// 1. sequence_ is odd while a writer is at work, and even otherwise; it never goes back.
// 2. Only the writer that made sequence_ odd writes words_.
// 3. A reader that saw one even sequence_ before and after its reads has read one store's words.
//
// | sequence_ | who may act                                       |
// |-----------|---------------------------------------------------|
// | even      | readers read; a writer may make it odd (CAS)       |
// | odd       | its writer alone; readers and other writers wait   |
//
// Memory order of each atomic:
// - sequence_, CAS of a writer: acquire on success, so that its writes come after the previous writer's.
// - words_, stores: release. A reader whose acquire load takes such a value then sees sequence_ at least as new as the
// odd
//   value, and its second look fails. (The usual formulation has a release fence before relaxed stores and an acquire
//   fence after relaxed loads; on x86 and on ARMv8 the orders cost no more, and ThreadSanitizer understands them.)
// - sequence_, store at the end: release: who sees the even value sees all words.
// - sequence_, a reader's first load: acquire (the words are not older than it); words_, loads: acquire (the second
// load of
//   sequence_ is not earlier than they); the second load: relaxed, for the same reason.
//
// Progress: writers exclude each other by spinning; a reader that overlaps a writer repeats its read. A writer that is
// preempted in the middle holds up everyone; after some rounds they yield the processor to it. Readers can starve if
// writers never pause.
//
// Complexity: load and store O(sizeof(T)). sizeof is 8 bytes plus T rounded up to 8.
//
// When not to use it: values larger than a few cache lines, data with pointers to what may be freed (hazard_pointer,
// rcu_domain), many writers (mutex), or readers that must not wait for a writer of lower priority. A plain
// std::atomic<T> is better wherever T has at most 8 bytes.
//
// Source: Boehm, "Can seqlocks get along with programming language memory models?", MSPC 2012.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <type_traits>

#include "lockstep/sync/internal/backoff.h"

namespace lockstep::sync {

template <class T>
class seqlock {
  static_assert(std::is_trivially_copyable_v<T>, "a seqlock copies its value while it is being written");
  static_assert(std::is_default_constructible_v<T>);

 public:
  using value_type = T;

  /// Holds T().
  seqlock() : seqlock(T()) {}
  explicit seqlock(const T& value) { write(value, std::memory_order_relaxed); }
  seqlock(const seqlock&) = delete;
  seqlock& operator=(const seqlock&) = delete;

  /// The value of one store, the latest that happens before this call or a later one.
  T load() const {
    internal::backoff wait;
    std::uint64_t before = sequence_.load(std::memory_order_acquire);
    for (;;) {
      while (before & 1) {
        wait.once();
        before = sequence_.load(std::memory_order_acquire);
      }
      T value = read();
      std::uint64_t after = sequence_.load(std::memory_order_relaxed);
      if (after == before) return value;
      before = sequence_.load(std::memory_order_acquire);
    }
  }

  /// One attempt: nothing if a writer was at work. Never waits: for signal handlers and real-time threads.
  std::optional<T> try_load() const {
    std::uint64_t before = sequence_.load(std::memory_order_acquire);
    if (before & 1) return std::nullopt;
    T value = read();
    if (sequence_.load(std::memory_order_relaxed) != before) return std::nullopt;
    return value;
  }

  void store(const T& value) {
    std::uint64_t odd = begin();
    write(value, std::memory_order_release);
    sequence_.store(odd + 1, std::memory_order_release);
  }

  /// Calls change(value) on a copy and stores it; other writers wait. If it throws, nothing is stored.
  template <class Change>
  void update(Change&& change) {
    std::uint64_t odd = begin();
    T value = read();
    try {
      change(value);
    } catch (...) {
      // Nothing was written: the number before would do too, but invariant 1 says that it never goes back.
      sequence_.store(odd + 1, std::memory_order_release);
      throw;
    }
    write(value, std::memory_order_release);
    sequence_.store(odd + 1, std::memory_order_release);
  }

  /// How many stores and updates were completed.
  std::uint64_t version() const { return sequence_.load(std::memory_order_acquire) / 2; }

 private:
  static constexpr std::size_t kWords = (sizeof(T) + 7) / 8;

  /// Makes sequence_ odd; the value that it has then.
  std::uint64_t begin() {
    internal::backoff wait;
    std::uint64_t now = sequence_.load(std::memory_order_relaxed);
    for (;;) {
      while (now & 1) {
        wait.once();
        now = sequence_.load(std::memory_order_relaxed);
      }
      if (sequence_.compare_exchange_weak(now, now + 1, std::memory_order_acquire, std::memory_order_relaxed)) {
        return now + 1;
      }
    }
  }

  T read() const {
    std::uint64_t copy[kWords];
    for (std::size_t i = 0; i < kWords; ++i) copy[i] = words_[i].load(std::memory_order_acquire);
    T value;
    std::memcpy(static_cast<void*>(&value), copy, sizeof(T));
    return value;
  }

  void write(const T& value, std::memory_order order) {
    std::uint64_t copy[kWords] = {};
    std::memcpy(copy, static_cast<const void*>(&value), sizeof(T));
    for (std::size_t i = 0; i < kWords; ++i) words_[i].store(copy[i], order);
  }

  std::atomic<std::uint64_t> sequence_{0};
  std::atomic<std::uint64_t> words_[kWords];
};

}  // namespace lockstep::sync
