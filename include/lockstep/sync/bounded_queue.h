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
// | cell's stamp          | cell                  | who may act                                              |
// |-----------------------|-----------------------|----------------------------------------------------------|
// | p                     | free                  | the producer that moves tail_ from p                     |
// | p, tail_ beyond p     | being filled          | that producer: writes the value, then stamp = p + 1      |
// | p + 1                 | holds a value         | the consumer that moves head_ from p                     |
// | p + 1, head_ beyond p | being emptied         | that consumer: takes the value, then stamp = p + one_lap |
//
// Each end, tail_ and head_, belongs to the first thread that uses it, which moves it by a plain store. When other
// threads come it is handed over, twice, and then shared: all move it by compare-exchange (biased_index.h has the
// protocol and its proof's invariants). The threads of one end do not notice, but for the time: with one producer and one
// consumer no locked instruction is on an item's way. close() makes the producers' end shared. A coroutine's operation is
// done by who signals, and counts as that thread's.
//
// Invariants:
// 1. head <= tail <= head + capacity, as positions; both only grow. They are claimed one after the other without gaps.
// 2. The closed bit is set once and stays; tail_ does not change after that.
// 3. A cell's stamp is changed only by the thread that has claimed the cell.
// 4. While an end moves, the stamps of its cells that were ready stay so: only who claims them changes them.
//
// Memory order of each atomic:
// - stamp: store release, load acquire. The value is written before p + 1 and taken before p + one_lap.
// - tail_, head_: see biased_index.h. "There is an item" and "there is room" are computed from both. Who is about to sleep
//   or to be told by a try_ function reads the other end settled: with a heavy fence, if it belongs to another thread.
// - Empty and full are decided by the other end: with head_ = h before, tail_ = h means that the queue was empty at that
//   moment; an empty cell alone would not (its producer may just be slow). Then the caller waits for that producer:
//   pushes and pops are not lock-free, as in every queue of this kind.
// - close(): fetch_or seq_cst, the linearization point of close.
//
// Waiting: some microseconds of spinning with long pauses (if a processor is free for that), then sleep; waiting.h says
// how. The long pauses are also what makes one producer and one consumer fast: an empty queue is left alone until it is
// worth fetching its cache lines; the first looks are at the caller's own end and at the cell only. A thread that is
// preempted between claim and stamp holds up those who need its cell; they yield to it.
//
// Complexity: O(1) each. To an owner an item costs three stores, to others a compare-exchange and two stores; a batch
// costs one claim. A try_ function that answers "full" or "empty", and size(), empty(): some microseconds while the other
// end belongs to another thread, and an interruption for the threads that run; after 64 of them with few items in between
// the end is shared, and they cost nothing like that. The third and fourth user of an end: some microseconds once.
// sizeof is five cache lines, plus capacity cells of sizeof(T) + 8.
//
// When not to use it: one producer and one consumer with small items in a small memory (spsc_queue has no stamps);
// unbounded bursts that must not wait; where FIFO does not matter and many threads produce (moodycamel's concurrentqueue
// keeps a queue for each producer and scales further). Real-time threads: pushing may wait for a thread of lower
// priority. Signal handlers.
//
// Source: Vyukov, "Bounded MPMC queue" (the stamps); crossbeam-channel's array flavour (laps for any capacity, the
// closed bit).
#pragma once

#include <algorithm>
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
#include "lockstep/sync/internal/biased_index.h"
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
        ahead_(std::clamp(capacity * sizeof(cell) / 8, internal::kCacheLine, 8 * internal::kCacheLine)),
        cells_(std::make_unique<cell[]>(capacity)) {
    for (std::size_t i = 0; i < capacity; ++i) cells_[i].stamp.store(i, std::memory_order_relaxed);
  }
  bounded_queue(const bounded_queue&) = delete;
  bounded_queue& operator=(const bounded_queue&) = delete;
  ~bounded_queue() {
    if (items_.waited_on() || room_.waited_on()) {
      internal::report_misuse(this, "bounded_queue", "destroyed while somebody waits in it");
    }
    if constexpr (!std::is_trivially_destructible_v<T>) {
      for (std::uint64_t p = head_.load(); at(p).stamp.load(std::memory_order_acquire) == p + 1; p = after(p, 1)) {
        at(p).value()->~T();
      }
    }
  }

  // ---- Pushing. U is T, const T& or T&&.

  queue_status push(const T& value) { return push(T(value)); }
  queue_status push(T&& value) {
    cells c = push_at_once(value);
    return c ? queue_status::success : push_waiting(value, c);
  }
  queue_status push(const T& value, const std::stop_token& stop) { return push(T(value), stop); }
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
    if (s == queue_status::full && ask(head_, asked_head_)) [[unlikely]] {
      if (has_room()) s = push_now(value);
    }
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
      cells c;
      queue_status s = claim_push(n - done, c);
      if (s == queue_status::full) {
        s = turn.wait([this] { return has_room(); });
        if (s == queue_status::success) continue;
      }
      if (s != queue_status::success) break;
      const std::size_t claimed = count(c);
      for (std::size_t i = 0; i < claimed; ++i, ++first, c.from = after(c.from, 1)) fill(c.from, std::move(*first));
      done += claimed;
      items_.signal();
    }
    turn.pass_on([this] { return has_room(); });
    return done;
  }

  // ---- Popping

  std::optional<T> pop() {
    cells c = claim(head_, kPop);
    return c ? take_and_signal(c.from) : pop_waiting(c);
  }
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
    queue_status s = pop_now(value);
    if (s == queue_status::empty && ask(tail_, asked_tail_)) [[unlikely]] {
      if (has_item_or_closed()) s = pop_now(value);
    }
    if (s == queue_status::success) room_.signal();
    return value;
  }

  /// Waits for a value and writes it and those behind it to `out`, n at most. How many: 0 only if the queue is closed
  /// and empty, or the token stopped.
  template <class Iterator>
  std::size_t pop_batch(Iterator out, std::size_t n, const std::stop_token& stop = {}) {
    if (n == 0) return 0;
    internal::waiting turn(items_, capacity_, deadline(), stop);
    for (;;) {
      cells cs;
      std::size_t claimed = 0;
      queue_status s = claim_pop(n, cs);
      if (s == queue_status::empty) {
        s = turn.wait([this] { return has_item_or_closed(); });
        if (s == queue_status::success) continue;
      }
      if (s == queue_status::success) {
        claimed = count(cs);
        for (std::size_t i = 0; i < claimed; ++i, cs.from = after(cs.from, 1)) {
          cell& c = at(cs.from);
          *out = std::move(*c.value());
          ++out;
          vacate(c, cs.from);
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
    tail_.share().fetch_or(mark_, std::memory_order_seq_cst);
    items_.signal_all();
    room_.signal_all();
  }
  bool closed() const { return tail_.load() & mark_; }

  std::size_t capacity() const { return capacity_; }
  /// How many values are in it, those just being pushed or popped included; a snapshot.
  std::size_t size() const {
    ask(tail_, asked_tail_);
    ask(head_, asked_head_);
    for (;;) {
      std::uint64_t tail = tail_.load_settled() & ~mark_;
      std::uint64_t head = head_.load_settled();
      if ((tail_.load() & ~mark_) != tail) continue;
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

  /// A stamp says that it is a push's turn at position p if it is p, a pop's if it is p + 1.
  enum turn : std::uint64_t { kPush = 0, kPop = 1 };
  bool ready(std::uint64_t position, turn whose) const {
    return cells_[position & (mark_ - 1)].stamp.load(std::memory_order_acquire) == position + whose;
  }

  using cells = internal::biased_index::claimed;
  std::size_t count(cells c) const {
    std::uint64_t from = c.from & (mark_ - 1);
    std::uint64_t to = c.to & (mark_ - 1);
    return to > from ? to - from : capacity_ - (from - to);
  }

  /// Claims a cell. None: it is not ready, or another thread was quicker.
  [[gnu::always_inline]] cells claim(internal::biased_index& end, turn whose) {
    return end.claim([ this, whose ](std::uint64_t first)
                         __attribute__((always_inline)) { return ready(first, whose) ? after(first, 1) : first; });
  }
  /// Claims up to n cells in a row.
  [[gnu::always_inline]] cells claim(internal::biased_index& end, turn whose, std::size_t n) {
    return end.claim([ this, whose, n ](std::uint64_t next) __attribute__((always_inline)) {
      for (std::size_t k = 0; k < n && k < capacity_ && ready(next, whose); ++k) next = after(next, 1);
      return next;
    });
  }

  /// Up to n free cells in a row: success, full, closed. `c`: an attempt that has failed.
  queue_status claim_push_again(std::size_t n, cells& c) {
    internal::backoff wait;
    cells last = c;
    do {
      if (last.from & mark_) return queue_status::closed;
      // Full only if it is so at one moment: the tail grows no further than the head allows, so that it still was at
      // `from` then.
      if (head_.load() + one_lap() == last.from) return queue_status::full;
      // Else another producer was quicker, or the cell's consumer is about to leave it.
      if (tail_.load() == last.from) wait.once();
      last = claim(tail_, kPush, n);
    } while (!last);
    c = last;
    return queue_status::success;
  }
  queue_status claim_push(std::size_t n, cells& c) {
    c = claim(tail_, kPush, n);
    return c ? queue_status::success : claim_push_again(n, c);
  }

  /// Up to n values in a row: success, empty, closed and empty. `c`: an attempt that has failed.
  queue_status claim_pop_again(std::size_t n, cells& c) {
    internal::backoff wait;
    cells last = c;
    do {
      std::uint64_t tail = tail_.load();
      if ((tail & ~mark_) == last.from) return tail & mark_ ? queue_status::closed : queue_status::empty;
      if (head_.load() == last.from) wait.once();
      last = claim(head_, kPop, n);
    } while (!last);
    c = last;
    return queue_status::success;
  }
  queue_status claim_pop(std::size_t n, cells& c) {
    c = claim(head_, kPop, n);
    return c ? queue_status::success : claim_pop_again(n, c);
  }

  /// The lines that come next should be here when they are needed: an eighth of the ring ahead, eight lines at most.
  /// Measured with one producer and one consumer: with 1024 places 8 ns an item one line ahead, 4 eight lines ahead; with
  /// 64 places more than two lines take away what the other side is about to use.
  void prefetch_behind(const cell& c) const { prefetch_to_write(reinterpret_cast<const char*>(&c) + ahead_); }
  void fill(std::uint64_t position, T&& value) {
    cell& c = at(position);
    prefetch_behind(c);
    ::new (static_cast<void*>(c.room)) T(std::move(value));  // NOLINT(clang-analyzer-cplusplus.Move): tests do so
    c.stamp.store(position + 1, std::memory_order_release);
  }
  void vacate(cell& c, std::uint64_t position) {
    prefetch_behind(c);
    c.value()->~T();
    c.stamp.store(position + one_lap(), std::memory_order_release);
  }

  /// One attempt, which leaves the other end's line alone.
  [[gnu::always_inline]] cells push_at_once(T& value) {
    cells c = claim(tail_, kPush);
    if (c) [[likely]] {
      fill(c.from, std::move(value));
      items_.signal();
    }
    return c;
  }
  /// Success, full, closed; signals nobody.
  queue_status push_now(T& value) {
    cells c;
    queue_status s = claim_push(1, c);
    if (s == queue_status::success) fill(c.from, std::move(value));
    return s;
  }
  /// Success, empty, closed; signals nobody.
  queue_status pop_now(std::optional<T>& value) {
    cells c;
    queue_status s = claim_pop(1, c);
    if (s == queue_status::success) value = take(c.from);
    return s;
  }
  [[gnu::always_inline]] std::optional<T> take(std::uint64_t position) {
    cell& c = at(position);
    std::optional<T> value(std::move(*c.value()));
    vacate(c, position);
    return value;
  }
  [[gnu::always_inline]] std::optional<T> take_and_signal(std::uint64_t position) {
    std::optional<T> value = take(position);
    room_.signal();
    return value;
  }

  /// Another thread may have claimed and not be seen yet: the caller makes a heavy fence, unless that is done too often.
  static bool ask(internal::biased_index& end, internal::asking& asked) {
    if (!end.unsettled()) return false;
    if (asked.too_often(end.load())) end.share();
    return true;
  }
  /// Closed counts as room and as an item: there is something to be told.
  bool has_room() const {
    std::uint64_t tail = tail_.load();
    return tail & mark_ || head_.load_settled() + one_lap() != tail;
  }
  bool has_item_or_closed() const {
    std::uint64_t head = head_.load();
    return tail_.load_settled() != head;
  }

  queue_status push_before(T& value, const deadline& until, const std::stop_token& stop) {
    cells c = push_at_once(value);
    return c ? queue_status::success : push_waiting(value, c, until, stop);
  }
  [[gnu::noinline]] queue_status push_waiting(T& value, cells c) { return push_waiting(value, c, deadline(), {}); }
  /// After an attempt at `position` has failed.
  [[gnu::noinline]] queue_status push_waiting(T& value, cells c, const deadline& until, const std::stop_token& stop) {
    internal::waiting turn(room_, capacity_, until, stop);
    while (!(c.from & mark_) && turn.pause()) {
      c = push_at_once(value);
      if (c) return queue_status::success;
    }
    queue_status s = claim_push_again(1, c);
    while (s == queue_status::full) {
      s = turn.wait([this] { return has_room(); });
      if (s == queue_status::success) s = claim_push(1, c);
    }
    if (s == queue_status::success) fill(c.from, std::move(value));
    turn.pass_on([this] { return has_room(); });
    if (s == queue_status::success) items_.signal();
    return s;
  }

  std::optional<T> pop_before(const deadline& until, const std::stop_token& stop) {
    cells c = claim(head_, kPop);
    return c ? take_and_signal(c.from) : pop_waiting(c, until, stop);
  }
  [[gnu::noinline]] std::optional<T> pop_waiting(cells c) { return pop_waiting(c, deadline(), {}); }
  [[gnu::noinline]] std::optional<T> pop_waiting(cells c, const deadline& until, const std::stop_token& stop) {
    internal::waiting turn(items_, capacity_, until, stop);
    while (turn.pause()) {
      c = claim(head_, kPop);
      if (c) return take_and_signal(c.from);
      if (closed()) break;
    }
    queue_status s = claim_pop_again(1, c);
    while (s == queue_status::empty) {
      s = turn.wait([this] { return has_item_or_closed(); });
      if (s == queue_status::success) s = claim_pop(1, c);
    }
    std::optional<T> value;
    if (s == queue_status::success) value = take(c.from);
    turn.pass_on([this] { return has_item_or_closed(); });
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
  const std::size_t ahead_;   // in bytes
  const std::unique_ptr<cell[]> cells_;
  mutable internal::asking asked_tail_, asked_head_;  // seldom written
  mutable internal::biased_index tail_;
  mutable internal::biased_index head_;
  alignas(internal::kCacheLine) internal::wait_set items_;
  alignas(internal::kCacheLine) internal::wait_set room_;
};

}  // namespace lockstep::sync
