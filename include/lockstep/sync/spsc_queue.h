// spsc_queue<T>: a queue of fixed capacity between exactly one producer thread and one consumer thread. No locked
// instruction on the way of an item.
//
//     lockstep::sync::spsc_queue<sample> samples(1024);
//     samples.push(read_sensor());                               // the producer
//     samples.close();                                           // the producer, at its end
//     while (std::optional<sample> s = samples.pop()) plot(*s);  // the consumer
//
// Operations, answers and statuses are those of bounded_queue; there are no batches and no coroutines.
//
// Thread safety: push functions and close() by one thread at a time, pop functions by one thread at a time; closed(),
// size(), capacity() by any. When another thread takes over a side, that must happen after the last use by the former
// one. Destruction comes after all else.
//
// Invariants:
// 1. head_ <= tail_ <= head_ + capacity; tail_ is written by the producer alone, head_ by the consumer alone.
// 2. Cells from head_ to tail_ hold values.
// 3. head_seen_ <= head_ and tail_seen_ <= tail_: what each side last saw of the other, so that the other's line is
//    fetched only when the queue looks full or empty.
//
// Memory order of each atomic:
// - tail_: store release, load acquire: the value is in its cell before it can be seen. head_: the same for the empty
// cell.
// - closed_: store release after the last push, load acquire: who sees it sees all of tail_.
// - Waking: each side changes its index, makes a light fence and reads whether the other waits; the waiter enters the
//   set, makes a heavy fence and reads the index (asymmetric_fence.h): one of the two sees the other.
//
// Complexity: O(1). sizeof is five cache lines, plus capacity rounded up to a power of two cells.
//
// When not to use it: a second producer or consumer ever (bounded_queue).
//
// Source: Lamport 1983 (the ring); Lee, Bu, Chandranmenon, "MCRingBuffer", 2009 (seen indices).
#pragma once

#include <atomic>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

#include "lockstep/sync/deadline.h"
#include "lockstep/sync/internal/asymmetric_fence.h"
#include "lockstep/sync/internal/cache_line.h"
#include "lockstep/sync/internal/waiting.h"
#include "lockstep/sync/misuse.h"
#include "lockstep/sync/queue_status.h"

namespace lockstep::sync {

template <class T>
class spsc_queue {
  static_assert(std::is_nothrow_move_constructible_v<T> && std::is_nothrow_destructible_v<T>);

 public:
  using value_type = T;

  /// Throws std::invalid_argument if capacity is 0 or above 2^32, std::bad_alloc.
  explicit spsc_queue(std::size_t capacity)
      : capacity_(internal::checked_capacity(capacity)),
        mask_(std::bit_ceil(capacity) - 1),
        cells_(std::make_unique<cell[]>(mask_ + 1)) {}
  spsc_queue(const spsc_queue&) = delete;
  spsc_queue& operator=(const spsc_queue&) = delete;
  ~spsc_queue() {
    if (items_.waited_on() || room_.waited_on()) {
      internal::report_misuse(this, "spsc_queue", "destroyed while somebody waits in it");
    }
    while (try_pop()) {
    }
  }

  queue_status try_push(T&& value) {
    if (closed_.load(std::memory_order_relaxed)) return queue_status::closed;  // the producer's own store
    std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_seen_ == capacity_) {
      head_seen_ = head_.load(std::memory_order_acquire);
      if (tail - head_seen_ == capacity_) return queue_status::full;
    }
    ::new (static_cast<void*>(cells_[tail & mask_].room)) T(std::move(value));  // NOLINT(clang-analyzer-cplusplus.Move)
    tail_.store(tail + 1, std::memory_order_release);
    internal::light_fence();
    items_.signal();
    return queue_status::success;
  }
  queue_status try_push(const T& value) { return try_push(T(value)); }

  queue_status push(T&& value, const std::stop_token& stop = {}) { return push_before(std::move(value), {}, stop); }
  queue_status push(const T& value, const std::stop_token& stop = {}) { return push_before(T(value), {}, stop); }
  template <class Rep, class Period>
  queue_status push_for(T&& value, std::chrono::duration<Rep, Period> longest, const std::stop_token& stop = {}) {
    return push_before(std::move(value), deadline::after(longest), stop);
  }
  template <class Clock, class Duration>
  queue_status push_until(T&& value, std::chrono::time_point<Clock, Duration> until, const std::stop_token& stop = {}) {
    return push_before(std::move(value), deadline::at(until), stop);
  }

  std::optional<T> try_pop() {
    std::uint64_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_seen_) {
      tail_seen_ = tail_.load(std::memory_order_acquire);
      if (head == tail_seen_) return std::nullopt;
    }
    T* value = cells_[head & mask_].value();
    std::optional<T> result(std::move(*value));
    value->~T();
    head_.store(head + 1, std::memory_order_release);
    internal::light_fence();
    room_.signal();
    return result;
  }
  std::optional<T> pop(const std::stop_token& stop = {}) { return pop_before({}, stop); }
  template <class Rep, class Period>
  std::optional<T> pop_for(std::chrono::duration<Rep, Period> longest, const std::stop_token& stop = {}) {
    return pop_before(deadline::after(longest), stop);
  }
  template <class Clock, class Duration>
  std::optional<T> pop_until(std::chrono::time_point<Clock, Duration> until, const std::stop_token& stop = {}) {
    return pop_before(deadline::at(until), stop);
  }

  /// The producer's last act: pop() gives what is there, then none. Idempotent.
  void close() {
    closed_.store(true, std::memory_order_release);
    internal::light_fence();
    items_.signal_all();
  }
  bool closed() const { return closed_.load(std::memory_order_acquire); }

  std::size_t capacity() const { return capacity_; }
  /// A snapshot; exact for both sides while the other pauses.
  std::size_t size() const {
    std::uint64_t head = head_.load(std::memory_order_acquire);  // first: so it is not beyond tail
    std::uint64_t n = tail_.load(std::memory_order_acquire) - head;
    return n < capacity_ ? n : capacity_;
  }
  bool empty() const { return size() == 0; }

 private:
  struct cell {
    alignas(T) unsigned char room[sizeof(T)];
    T* value() { return std::launder(reinterpret_cast<T*>(room)); }
  };

  queue_status push_before(T&& value, const deadline& until, const std::stop_token& stop) {
    queue_status s = try_push(std::move(value));
    if (s != queue_status::full) [[likely]] {
      return s;
    }
    internal::waiting turn(room_, capacity_, until, stop);
    do {
      s = turn.wait([this] {
        internal::heavy_fence();
        return tail_.load(std::memory_order_relaxed) - head_.load(std::memory_order_acquire) != capacity_;
      });
      // Moved from on success only.
      if (s == queue_status::success) s = try_push(std::move(value));  // NOLINT(bugprone-use-after-move)
    } while (s == queue_status::full);
    return s;
  }

  std::optional<T> pop_before(const deadline& until, const std::stop_token& stop) {
    std::optional<T> value = try_pop();
    if (value) [[likely]] {
      return value;
    }
    internal::waiting turn(items_, capacity_, until, stop);
    for (;;) {
      bool end = closed_.load(std::memory_order_acquire);  // before the last look
      value = try_pop();
      if (value || end) return value;
      queue_status s = turn.wait([this] {
        internal::heavy_fence();
        return tail_.load(std::memory_order_acquire) != head_.load(std::memory_order_relaxed) ||
               closed_.load(std::memory_order_relaxed);
      });
      if (s != queue_status::success) return try_pop();
    }
  }

  const std::size_t capacity_;
  const std::uint64_t mask_;
  const std::unique_ptr<cell[]> cells_;
  std::atomic<bool> closed_{false};
  alignas(internal::kCacheLine) std::atomic<std::uint64_t> tail_{0};
  std::uint64_t head_seen_ = 0;
  alignas(internal::kCacheLine) std::atomic<std::uint64_t> head_{0};
  std::uint64_t tail_seen_ = 0;
  alignas(internal::kCacheLine) internal::wait_set items_;
  alignas(internal::kCacheLine) internal::wait_set room_;
};

}  // namespace lockstep::sync
