// bounded_queue<T>: a queue of fixed capacity for any number of producers and consumers. A full queue makes producers
// wait (back-pressure), an empty one consumers; close() ends both, and nothing that was pushed is lost.
//
//     lockstep::sync::bounded_queue<job> jobs(64);
//     // producers                                        // consumers
//     jobs.push(job{...});                                while (std::optional<job> j = jobs.pop()) run(*j);
//     // the last one
//     jobs.close();                                       // each pop() still gets what is there, then nullopt
//
// | to push                 | answer                          | to pop                | answer                        |
// |-------------------------|---------------------------------|-----------------------|-------------------------------|
// | push(v)                 | success, closed                 | pop()                 | value; none: closed and empty |
// | try_push(v)             | success, full, closed           | try_pop()             | value; none: empty            |
// | push(v, stop)           | success, closed, stopped        | pop(stop)             | value; none: closed, stopped  |
// | push_for, push_until    | + timeout                       | pop_for, pop_until    | value; none: … or too late    |
// | push_batch(it, n)       | how many; fewer: closed         | pop_batch(out, n)     | how many, 1 up; 0: closed     |
// | push_async(v, executor) | awaitable: success, closed      | pop_async(executor)   | awaitable: value or none |
//
// A value that was not pushed is left in the caller's object (v is moved from only on success).
//
// Guarantees: linearizable, first in first out, so FIFO for each producer. Capacity is exact, from 1 up. A push that
// returned success is popped by someone, before or after close(), if consumers go on until pop() says none. T's
// constructor and destructor run outside of any lock. A stopped or late push or pop has done nothing; one that could
// have been done at once is done even if the token is stopped or the time is up.
//
// Thread safety: every member function may be called by any thread at any time; only destruction must come after all
// else. Destroying a queue while somebody waits in it ends the process with a message.
//
// How: a ring of cells, each with a stamp that says whose turn it is. A position is lap * one_lap + index; a bit of the
// tail between index and lap says "closed", so that the compare-exchange which claims a cell fails once the queue is
// closed.
//
// | cell's stamp        | cell                  | who may act                                              |
// |---------------------|-----------------------|----------------------------------------------------------|
// | p                   | free                  | the producer that moves tail_ from p                     |
// | p, tail_ beyond p   | being filled          | that producer: writes the value, then stamp = p + 1      |
// | p + 1               | holds a value         | the consumer that moves head_ from p                     |
// | p + 1, head_ beyond p | being emptied       | that consumer: takes the value, then stamp = p + one_lap |
//
// Invariants:
// 1. head <= tail <= head + capacity, as positions; both only grow. They are claimed one after the other without gaps.
// 2. The closed bit is set once and stays; tail_ does not change after that.
// 3. A cell's stamp is changed only by the thread that has claimed the cell.
//
// Memory order of each atomic:
// - stamp: store release, load acquire. The value is written before p + 1 and taken before p + one_lap.
// - tail_, compare-exchange: seq_cst, because "there is an item" (wait_set) is computed from tail_ and head_; its load
//   for the next attempt is relaxed: a stale one makes the exchange or the stamp fail.
// - head_: likewise, for "there is room".
// - Empty and full are decided by a seq_cst load of the other end: with head_ = h before, tail_ = h means that the
//   queue was empty at that moment; an empty cell alone would not (its producer may just be slow). Then the caller
//   waits for that producer: pushes and pops are not lock-free, as in every queue of this kind.
// - close(): fetch_or seq_cst, the linearization point of close.
//
// Waiting: some microseconds of spinning with long pauses (if a processor is free for that: spin.h), then sleep. The
// long pauses are also what makes one producer and one consumer fast: an empty queue is left alone until it is worth
// fetching its cache lines. A thread that is preempted between claim and stamp holds up those who need its cell; they
// yield to it.
//
// Complexity: O(1) each, a compare-exchange and two stores; a batch costs one compare-exchange. sizeof is five cache
// lines, plus capacity cells of sizeof(T) + 8.
//
// When not to use it: one producer and one consumer that never sleep (spsc_queue); unbounded bursts that must not wait;
// where FIFO does not matter and many threads produce (moodycamel's concurrentqueue keeps a queue for each producer and
// scales further). Real-time threads: pushing may wait for a thread of lower priority.
//
// Source: Vyukov, "Bounded MPMC queue" (the stamps); crossbeam-channel's array flavour (laps for any capacity, the
// closed bit).
#pragma once

#include <atomic>
#include <bit>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

#include "lockstep/sync/deadline.h"
#include "lockstep/sync/executor.h"
#include "lockstep/sync/internal/backoff.h"
#include "lockstep/sync/internal/cache_line.h"
#include "lockstep/sync/internal/wait_set.h"
#include "lockstep/sync/internal/waiting.h"
#include "lockstep/sync/misuse.h"
#include "lockstep/sync/queue_status.h"

namespace lockstep::sync {

template <class T>
class bounded_queue {
  static_assert(std::is_nothrow_move_constructible_v<T> && std::is_nothrow_destructible_v<T>,
                "a claimed cell must be filled and emptied");

 public:
  using value_type = T;

  /// Throws std::invalid_argument if capacity is 0 or above 2^32, std::bad_alloc.
  explicit bounded_queue(std::size_t capacity)
      : capacity_(internal::checked_capacity(capacity)),
        mark_(std::bit_ceil(std::uint64_t{capacity} + 1)),
        cells_(std::make_unique<cell[]>(capacity)) {
    for (std::size_t i = 0; i < capacity; ++i) cells_[i].stamp.store(i, std::memory_order_relaxed);
  }
  bounded_queue(const bounded_queue&) = delete;
  bounded_queue& operator=(const bounded_queue&) = delete;
  ~bounded_queue() {
    if (items_.waited_on() || room_.waited_on()) {
      internal::report_misuse(this, "bounded_queue", "destroyed while somebody waits in it");
    }
    while (try_pop()) {
    }
  }

  // ---- Pushing. U is T, const T& or T&&.

  queue_status push(const T& value) { return push_copy(value, deadline(), {}); }
  queue_status push(T&& value) { return push_before(value, deadline(), {}); }
  queue_status push(const T& value, const std::stop_token& stop) { return push_copy(value, deadline(), stop); }
  queue_status push(T&& value, const std::stop_token& stop) { return push_before(value, deadline(), stop); }
  template <class Rep, class Period>
  queue_status push_for(T&& value, std::chrono::duration<Rep, Period> longest, const std::stop_token& stop = {}) {
    return push_before(value, deadline::after(longest), stop);
  }
  template <class Clock, class Duration>
  queue_status push_until(T&& value, std::chrono::time_point<Clock, Duration> until, const std::stop_token& stop = {}) {
    return push_before(value, deadline::at(until), stop);
  }
  queue_status try_push(const T& value) {
    T copy(value);
    return try_push(std::move(copy));
  }
  queue_status try_push(T&& value) {
    queue_status s = push_now(value);
    if (s == queue_status::success) items_.signal();
    return s;
  }

  /// Moves n values from `first` on into the queue, in order, as room turns up. How many were pushed: fewer than n only
  /// if the queue was closed or the token stopped. Other producers' values may come between.
  template <class Iterator>
  std::size_t push_batch(Iterator first, std::size_t n, const std::stop_token& stop = {}) {
    std::size_t done = 0;
    internal::waiting turn(room_, capacity_, deadline(), stop);
    while (done < n) {
      std::uint64_t position;
      std::size_t claimed = 0;
      queue_status s = claim_push(n - done, position, claimed);
      if (s == queue_status::full) {
        s = turn.wait([this] { return has_room(); });
        if (s == queue_status::success) continue;
      }
      if (s != queue_status::success) break;
      for (std::size_t i = 0; i < claimed; ++i, ++first, position = after(position, 1))
        fill(position, std::move(*first));
      done += claimed;
      items_.signal();
    }
    turn.pass_on([this] { return has_room(); });
    return done;
  }

  // ---- Popping

  std::optional<T> pop() { return pop_before(deadline(), {}); }
  std::optional<T> pop(const std::stop_token& stop) { return pop_before(deadline(), stop); }
  template <class Rep, class Period>
  std::optional<T> pop_for(std::chrono::duration<Rep, Period> longest, const std::stop_token& stop = {}) {
    return pop_before(deadline::after(longest), stop);
  }
  template <class Clock, class Duration>
  std::optional<T> pop_until(std::chrono::time_point<Clock, Duration> until, const std::stop_token& stop = {}) {
    return pop_before(deadline::at(until), stop);
  }
  std::optional<T> try_pop() {
    std::optional<T> value;
    if (pop_now(value) == queue_status::success) room_.signal();
    return value;
  }

  /// Waits for a value and writes it and those behind it to `out`, n at most. How many: 0 only if the queue is closed
  /// and empty, or the token stopped.
  template <class Iterator>
  std::size_t pop_batch(Iterator out, std::size_t n, const std::stop_token& stop = {}) {
    if (n == 0) return 0;
    internal::waiting turn(items_, capacity_, deadline(), stop);
    for (;;) {
      std::uint64_t position;
      std::size_t claimed = 0;
      queue_status s = claim_pop(n, position, claimed);
      if (s == queue_status::empty) {
        s = turn.wait([this] { return has_item_or_closed(); });
        if (s == queue_status::success) continue;
      }
      if (s == queue_status::success) {
        for (std::size_t i = 0; i < claimed; ++i, position = after(position, 1)) {
          cell& c = at(position);
          *out = std::move(*c.value());
          ++out;
          vacate(c, position);
        }
        room_.signal();
      }
      turn.pass_on([this] { return has_item_or_closed(); });
      return claimed;
    }
  }

  // ---- Coroutines: co_await queue.pop_async(executor); see executor.h. Who signals does the operation for the one
  // that waits, and then posts it. Cancellation as with threads: a stopped one has done nothing.

  auto push_async(T value, executor_ref where, std::stop_token stop = {}) {
    return push_awaiter(*this, std::move(value), where, std::move(stop));
  }
  auto pop_async(executor_ref where, std::stop_token stop = {}) { return pop_awaiter(*this, where, std::move(stop)); }

  // ---- The end

  /// No push succeeds from now on; waiting producers and, once the queue is empty, consumers return. Idempotent.
  void close() {
    tail_.fetch_or(mark_, std::memory_order_seq_cst);
    items_.signal_all();
    room_.signal_all();
  }
  bool closed() const { return tail_.load(std::memory_order_seq_cst) & mark_; }

  std::size_t capacity() const { return capacity_; }
  /// How many values are in it, those just being pushed or popped included; a snapshot.
  std::size_t size() const {
    for (;;) {
      std::uint64_t tail = tail_.load(std::memory_order_seq_cst) & ~mark_;
      std::uint64_t head = head_.load(std::memory_order_seq_cst);
      if ((tail_.load(std::memory_order_seq_cst) & ~mark_) != tail) continue;
      std::uint64_t low = mark_ - 1;
      if (tail == head) return 0;
      std::uint64_t t = tail & low;
      std::uint64_t h = head & low;
      return t > h ? t - h : capacity_ - (h - t);
    }
  }
  bool empty() const { return size() == 0; }

 private:
  struct cell {
    std::atomic<std::uint64_t> stamp{0};
    alignas(T) unsigned char room[sizeof(T)];
    T* value() { return std::launder(reinterpret_cast<T*>(room)); }
  };

  std::uint64_t one_lap() const { return mark_ * 2; }
  cell& at(std::uint64_t position) { return cells_[position & (mark_ - 1)]; }
  /// The position n <= capacity further on.
  std::uint64_t after(std::uint64_t position, std::uint64_t n) const {
    std::uint64_t index = (position & (mark_ - 1)) + n;
    return index < capacity_ ? position + n : position + n - capacity_ + one_lap();
  }

  /// Claims up to n free cells in a row. Success: `position` is the first, `claimed` how many; full; closed.
  queue_status claim_push(std::size_t n, std::uint64_t& position, std::size_t& claimed) {
    internal::backoff wait;
    std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    for (;;) {
      if (tail & mark_) return queue_status::closed;
      std::uint64_t stamp = at(tail).stamp.load(std::memory_order_acquire);
      if (stamp == tail) {
        std::uint64_t k = 1;
        while (k < n && k < capacity_) {
          std::uint64_t next = after(tail, k);
          if (at(next).stamp.load(std::memory_order_acquire) != next) break;
          ++k;
        }
        if (tail_.compare_exchange_weak(tail, after(tail, k), std::memory_order_seq_cst, std::memory_order_relaxed)) {
          position = tail;
          claimed = k;
          return queue_status::success;
        }
        continue;
      }
      // Full only if it is so at one moment: tail_ grows no further than head_ allows, so that it still was `tail`
      // then.
      if (head_.load(std::memory_order_seq_cst) + one_lap() == tail) return queue_status::full;
      std::uint64_t now = tail_.load(std::memory_order_relaxed);
      if (now == tail) wait.once();  // the consumer of this cell is about to leave it
      tail = now;
    }
  }

  /// Claims up to n values in a row. Success; empty; closed: and empty.
  queue_status claim_pop(std::size_t n, std::uint64_t& position, std::size_t& claimed) {
    internal::backoff wait;
    std::uint64_t head = head_.load(std::memory_order_relaxed);
    for (;;) {
      std::uint64_t stamp = at(head).stamp.load(std::memory_order_acquire);
      if (stamp == head + 1) {
        std::uint64_t k = 1;
        while (k < n && k < capacity_) {
          std::uint64_t next = after(head, k);
          if (at(next).stamp.load(std::memory_order_acquire) != next + 1) break;
          ++k;
        }
        if (head_.compare_exchange_weak(head, after(head, k), std::memory_order_seq_cst, std::memory_order_relaxed)) {
          position = head;
          claimed = k;
          return queue_status::success;
        }
        continue;
      }
      std::uint64_t tail = tail_.load(std::memory_order_seq_cst);
      if ((tail & ~mark_) == head) return tail & mark_ ? queue_status::closed : queue_status::empty;
      std::uint64_t now = head_.load(std::memory_order_relaxed);
      if (now == head) wait.once();  // the producer of this cell is about to fill it
      head = now;
    }
  }

  /// The compare-exchange that claims the next cell waits until the stamp of this one is written; so the line that
  /// comes next should be here by then. Measured: a fifth of the time of an item; lines further on gain nothing.
  static void prefetch_behind(const cell& c) {
    prefetch_to_write(reinterpret_cast<const char*>(&c) + internal::kCacheLine);
  }
  void fill(std::uint64_t position, T&& value) {
    cell& c = at(position);
    prefetch_behind(c);
    ::new (static_cast<void*>(c.room)) T(std::move(value));
    c.stamp.store(position + 1, std::memory_order_release);
  }
  void vacate(cell& c, std::uint64_t position) {
    prefetch_behind(c);
    c.value()->~T();
    c.stamp.store(position + one_lap(), std::memory_order_release);
  }

  queue_status push_now(T& value) {
    std::uint64_t position;
    std::size_t claimed;
    queue_status s = claim_push(1, position, claimed);
    if (s == queue_status::success) fill(position, std::move(value));
    return s;
  }
  queue_status pop_now(std::optional<T>& value) {
    std::uint64_t position;
    std::size_t claimed;
    queue_status s = claim_pop(1, position, claimed);
    if (s == queue_status::success) {
      cell& c = at(position);
      value.emplace(std::move(*c.value()));
      vacate(c, position);
    }
    return s;
  }

  /// Closed counts as room and as an item: there is something to be told.
  bool has_room() const {
    std::uint64_t tail = tail_.load(std::memory_order_seq_cst);
    return tail & mark_ || head_.load(std::memory_order_seq_cst) + one_lap() != tail;
  }
  bool has_item_or_closed() const {
    std::uint64_t head = head_.load(std::memory_order_seq_cst);
    return tail_.load(std::memory_order_seq_cst) != head;
  }

  queue_status push_copy(const T& value, const deadline& until, const std::stop_token& stop) {
    T copy(value);
    return push_before(copy, until, stop);
  }

  queue_status push_before(T& value, const deadline& until, const std::stop_token& stop) {
    queue_status s = push_now(value);
    if (s == queue_status::full) [[unlikely]] {
      internal::waiting turn(room_, capacity_, until, stop);
      do {
        s = turn.wait([this] { return has_room(); });
        if (s == queue_status::success) s = push_now(value);
      } while (s == queue_status::full);
      turn.pass_on([this] { return has_room(); });
    }
    if (s == queue_status::success) items_.signal();
    return s;
  }

  std::optional<T> pop_before(const deadline& until, const std::stop_token& stop) {
    std::optional<T> value;
    queue_status s = pop_now(value);
    if (s == queue_status::empty) [[unlikely]] {
      internal::waiting turn(items_, capacity_, until, stop);
      do {
        s = turn.wait([this] { return has_item_or_closed(); });
        if (s == queue_status::success) s = pop_now(value);
      } while (s == queue_status::empty);
      turn.pass_on([this] { return has_item_or_closed(); });
    }
    if (s == queue_status::success) room_.signal();
    return value;
  }

  /// A coroutine in a wait_set. Whoever signals does the operation on its behalf, or puts the node back if there is
  /// nothing to be had after all. Once the node is in the set, *this may be gone at any time.
  template <class Derived>
  class awaiter : internal::waiting_node {
   public:
    awaiter(internal::wait_set& set, executor_ref where, std::stop_token stop)
        : set_(set), where_(where), stop_(std::move(stop)) {}
    awaiter(const awaiter&) = delete;
    awaiter& operator=(const awaiter&) = delete;

    bool await_ready() { return self().attempt(); }
    // Not inlined: compilers have put locals of an inlined await_suspend into the frame, which may be gone by then.
    [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> handle) {
      handle_ = handle;
      this->notified = [](internal::waiting_node* node) {
        auto& a = *static_cast<awaiter*>(node);
        a.set_.arrived();
        a.settle();
      };
      if (stop_.stop_possible()) on_stop_.emplace(stop_, stopper{this});
      return enter();
    }

   private:
    struct stopper {
      awaiter* waiting;
      void operator()() const {
        if (!waiting->set_.remove(*waiting)) return;  // who notifies it now will see that the token is stopped
        waiting->self().stopped();
        waiting->resume();
      }
    };

    Derived& self() { return static_cast<Derived&>(*this); }

    /// False: stopped; otherwise *this may be gone.
    bool enter() {
      internal::wait_set& set = set_;
      bounded_queue& queue = self().queue_;
      if (!set.enter(*this, stop_)) {
        self().stopped();
        return false;
      }
      if (Derived::worth_a_look(queue)) set.signal();
      return true;
    }
    void settle() {
      if (!self().attempt() && enter()) return;
      internal::wait_set& set = set_;
      bounded_queue& queue = self().queue_;
      resume();
      if (Derived::worth_a_look(queue)) set.signal();  // what is left is the next one's
    }
    void resume() {
      executor_ref where = where_;
      where.post(handle_);
    }

    internal::wait_set& set_;
    executor_ref where_;
    std::stop_token stop_;
    std::coroutine_handle<> handle_;
    std::optional<std::stop_callback<stopper>> on_stop_;
  };

  class push_awaiter : public awaiter<push_awaiter> {
    using base = awaiter<push_awaiter>;

   public:
    push_awaiter(bounded_queue& queue, T value, executor_ref where, std::stop_token stop)
        : base(queue.room_, where, std::move(stop)), queue_(queue), value_(std::move(value)) {}
    queue_status await_resume() { return status_; }

   private:
    friend base;
    static bool worth_a_look(bounded_queue& queue) { return queue.has_room(); }
    bool attempt() {
      status_ = queue_.push_now(value_);
      if (status_ == queue_status::success) queue_.items_.signal();
      return status_ != queue_status::full;
    }
    void stopped() { status_ = queue_status::stopped; }

    bounded_queue& queue_;
    T value_;
    queue_status status_ = queue_status::full;
  };

  class pop_awaiter : public awaiter<pop_awaiter> {
    using base = awaiter<pop_awaiter>;

   public:
    pop_awaiter(bounded_queue& queue, executor_ref where, std::stop_token stop)
        : base(queue.items_, where, std::move(stop)), queue_(queue) {}
    std::optional<T> await_resume() { return std::move(value_); }

   private:
    friend base;
    static bool worth_a_look(bounded_queue& queue) { return queue.has_item_or_closed(); }
    bool attempt() {
      queue_status s = queue_.pop_now(value_);
      if (s == queue_status::success) queue_.room_.signal();
      return s != queue_status::empty;
    }
    void stopped() {}

    bounded_queue& queue_;
    std::optional<T> value_;
  };

  const std::size_t capacity_;
  const std::uint64_t mark_;  // the closed bit; indices lie below it, laps above
  const std::unique_ptr<cell[]> cells_;
  alignas(internal::kCacheLine) std::atomic<std::uint64_t> tail_{0};
  alignas(internal::kCacheLine) std::atomic<std::uint64_t> head_{0};
  alignas(internal::kCacheLine) internal::wait_set items_;
  alignas(internal::kCacheLine) internal::wait_set room_;
};

}  // namespace lockstep::sync
