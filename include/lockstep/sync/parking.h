// The waiting room: where threads and coroutines wait for a primitive. Every primitive of lockstep::sync that blocks is
// a word of its own plus this.
//
// A primitive's word has one bit, kParked, that says "somebody waits here"; the waiters themselves are nodes in a table
// of buckets, found by the primitive's address. So a primitive needs no room for a queue, and one mechanism serves
// threads (a futex in the node) and coroutines (a handle and an executor), timeouts, stop tokens and hand-over alike.
//
//     {                                        // to wait:
//       parking_queue queue(this);             //   locks the bucket
//       if (!must_wait_and_set_parked()) retry;
//       queue.push(node);
//     }
//     node.wait(deadline, stop, on_removed);
//
//     woken list;                              // to wake:
//     {
//       parking_queue queue(this);
//       if (waiter* w = queue.front()) { queue.pop(*w, list); … }
//       if (queue.empty()) clear_parked();
//     }                                        // the list wakes them when it is destroyed, after the bucket is
//     unlocked
//
// Invariants, which every primitive keeps:
//   P1  kParked of a word changes only under the lock of its bucket, and is set if and only if its queue is not empty.
//   P2  A thread goes into the queue only if, in the same critical section, the word says that it has to wait: with one
//       compare-exchange that also sets kParked. Who changes the word afterwards by a read-modify-write sees the bit.
//   P3  A node leaves the queue exactly once: popped by a waker, or removed by its own timeout or stop. Both under the
//       bucket's lock, so a hand-over and a cancellation cannot both win. The loser of a cancellation waits for the
//       hand-over that is on its way, and has what it waited for.
//
// States of a node:
//   state      | who sets it                     | meaning
//   kWaiting   | the node, before it is queued   | its thread spins (a coroutine is suspended)
//   kSleeping  | its own thread                  | in futex_wait on the state
//   kGranted   | a waker, after popping it       | wait() returns wait_result::granted
//   kStopped   | the stop callback, after removal| wait() returns wait_result::stopped
// A timeout is found by the thread itself and needs no state.
//
// Memory order: the bucket's lock (acquire/release) orders everything about queues. kGranted and kStopped are stored
// with release and read with acquire, so what a waker did before is seen by the woken.
// Complexity: O(waiters in the bucket) to find a primitive's first; 256 buckets. Limits: a child of fork may not use a
// primitive on which threads of the parent waited.
// Thread safety: parking_queue locks; a waiter belongs to one wait at a time.
// Source: Pizlo, "Locking in WebKit", 2016 (ParkingLot); parking_lot_core by d'Antras.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

#include "lockstep/sync/deadline.h"
#include "lockstep/sync/executor.h"
#include "lockstep/sync/futex.h"
#include "lockstep/sync/short_lock.h"
#include "lockstep/sync/spin.h"
#include "lockstep/sync/thread.h"

namespace lockstep::sync::internal {

/// The bit of a word that says that its queue is not empty.
inline constexpr std::uint32_t kParked = 1u << 31;

enum class wait_result { granted, timed_out, stopped };

#ifdef LOCKSTEP_SYNC_TSAN
// Proved apart (tests/sync/check/short_lock_exclusion.cpp). In a program that is watched its place is taken by the lock
// that all tools know as one step: what is built upon it is explored with a small part of the executions.
using bucket_lock = std::mutex;
#else
using bucket_lock = short_lock;
#endif

class waiter;

struct alignas(64) bucket {
  bucket_lock lock;
  waiter* first = nullptr;
  waiter* last = nullptr;
};

struct parking_table {
  static constexpr std::size_t kBuckets = 256;
  constinit static inline bucket buckets[kBuckets] = {};

  static bucket& of(std::uintptr_t address) noexcept {
    // Fibonacci hashing: neighbours in memory end up in different buckets.
    return buckets[(address * 0x9e3779b97f4a7c15u) >> 56];
  }
};

/// One wait of one thread or coroutine. Lives on the waiting thread's stack or in the coroutine's frame; its address
/// must not change.
class waiter {
 public:
  /// A thread waits. `wants` is the primitive's own (reader or writer, say).
  explicit waiter(std::uint32_t wants = 0) noexcept : wants(wants), thread(thread_number()) {
    if (!under_checker() && want_wait_stacks.load(std::memory_order_relaxed)) stack.capture();
  }
  /// A coroutine waits; it is posted to `where`.
  waiter(std::coroutine_handle<> coroutine, executor_ref where, std::uint32_t wants = 0) noexcept
      : wants(wants), coroutine_(coroutine), where_(where) {}
  waiter(const waiter&) = delete;
  waiter& operator=(const waiter&) = delete;

  /// Blocks the thread until the node is granted, the deadline or the stop. Afterwards the node is in no queue.
  /// on_removed(queue) is called, under the bucket's lock, when a timeout or stop took the node out of its queue: it
  /// clears kParked if the queue is empty, and passes on what only this node was in the way of.
  template <class OnRemoved>
  wait_result wait(const deadline& until, const std::stop_token& stop, OnRemoved&& on_removed);

  /// For a stop callback of either kind of waiter: takes it out and wakes it with `stopped`, unless it was granted.
  /// `primitive` is that in whose queue the node is or may soon be: the callback may run before the node is queued,
  /// when `address` is not to be read yet.
  template <class OnRemoved>
  void stop(const void* primitive, OnRemoved&& on_removed);

  /// Granted or stopped? For coroutines, in await_resume.
  bool granted() const noexcept { return state_.load(std::memory_order_relaxed) == kGranted; }
  bool is_coroutine() const noexcept { return where_.has_value(); }

  // What a waker touches comes first: in one cache line, if the node begins with one (kWaiterAlignment).
  const std::uint32_t wants;
  const std::uint32_t thread = 0;  ///< the waiting thread; 0: a coroutine

  // Guarded by the lock of the bucket.
  waiter* next = nullptr;
  waiter* previous = nullptr;
  std::uintptr_t address = 0;  ///< of the primitive in whose queue the node is, or was
  bool queued = false;
  /// Set before it is queued. The thread lets others run before it spins: fair_mutex.h.
  bool polite = false;

 private:
  friend class woken;
  friend struct waiter_layout;
  enum : std::uint32_t { kWaiting, kSleeping, kGranted, kStopped };

  template <class OnRemoved>
  bool remove(std::uintptr_t where, OnRemoved&& on_removed);
  void wake_with(std::uint32_t state) noexcept;
  /// Until the state is kGranted or kStopped (true) or the deadline (false).
  bool sleep(const deadline& until) noexcept;

  std::atomic<std::uint32_t> state_ = kWaiting;
  std::coroutine_handle<> coroutine_;
  std::optional<executor_ref> where_;

 public:
  stack_trace stack;  ///< where it waits, if a watchdog wants to know; written before it is queued
};

/// For nodes on a thread's stack. No property of the type: GCC 12 does not align the frames of coroutines.
inline constexpr std::size_t kWaiterAlignment = 64;

// Members of a class with private ones: both compilers lay them out in order.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
/// For debuggers of other processes (`lockstep dump`): what stands where from the word that a node's thread sleeps on.
struct waiter_layout {
  static constexpr std::uint32_t kSleeping = waiter::kSleeping;
  static constexpr std::ptrdiff_t kState = offsetof(waiter, state_);
  static constexpr std::ptrdiff_t kThread = offsetof(waiter, thread) - kState;
  static constexpr std::ptrdiff_t kAddress = offsetof(waiter, address) - kState;
  static constexpr std::ptrdiff_t kQueued = offsetof(waiter, queued) - kState;
};
#pragma GCC diagnostic pop

/// Nodes that were popped and are yet to be woken: when this is destroyed, with no bucket locked.
class woken {
 public:
  woken() = default;
  woken(const woken&) = delete;
  woken& operator=(const woken&) = delete;
  ~woken() {
    while (waiter* w = first_) {
      first_ = w->next;  // before the wake: then the node may be gone
      w->wake_with(waiter::kGranted);
    }
  }
  void push(waiter& w) noexcept {
    w.next = nullptr;
    *end_ = &w;
    end_ = &w.next;
  }
  bool empty() const noexcept { return first_ == nullptr; }

 private:
  waiter* first_ = nullptr;
  waiter** end_ = &first_;
};

/// The queue of one primitive, with its bucket locked. FIFO.
class parking_queue {
 public:
  explicit parking_queue(const void* primitive) noexcept : parking_queue(reinterpret_cast<std::uintptr_t>(primitive)) {}
  explicit parking_queue(std::uintptr_t address) noexcept : address_(address), bucket_(parking_table::of(address)) {
    bucket_.lock.lock();
  }
  ~parking_queue() { bucket_.lock.unlock(); }
  parking_queue(const parking_queue&) = delete;
  parking_queue& operator=(const parking_queue&) = delete;

  /// The one that waits longest, or nullptr.
  waiter* front() const noexcept { return from(bucket_.first); }
  /// The one after w in this queue.
  waiter* after(const waiter& w) const noexcept { return from(w.next); }
  bool empty() const noexcept { return front() == nullptr; }

  void push(waiter& w) noexcept {
    w.address = address_;
    w.queued = true;
    w.next = nullptr;
    w.previous = bucket_.last;
    (bucket_.last ? bucket_.last->next : bucket_.first) = &w;
    bucket_.last = &w;
  }
  /// Puts w before all others: it has waited longer than they, elsewhere.
  void push_first(waiter& w) noexcept {
    w.address = address_;
    w.queued = true;
    w.next = bucket_.first;
    w.previous = nullptr;
    (bucket_.first ? bucket_.first->previous : bucket_.last) = &w;
    bucket_.first = &w;
  }
  /// Takes w out; it is woken as granted when the list is destroyed.
  void pop(waiter& w, woken& list) noexcept {
    unlink(w);
    list.push(w);
  }
  void unlink(waiter& w) noexcept {
    (w.previous ? w.previous->next : bucket_.first) = w.next;
    (w.next ? w.next->previous : bucket_.last) = w.previous;
    w.queued = false;
  }

 private:
  waiter* from(waiter* w) const noexcept {
    while (w && w->address != address_) w = w->next;
    return w;
  }
  std::uintptr_t address_;
  bucket& bucket_;
};

// ---- What waiters do

inline void waiter::wake_with(std::uint32_t state) noexcept {
  if (where_) {
    // The frame may be gone as soon as the coroutine runs, or another thread runs it: take what is needed first.
    executor_ref where = *where_;
    std::coroutine_handle<> coroutine = coroutine_;
    // relaxed: post() hands the frame over, with whatever order the executor needs for that.
    state_.store(state, std::memory_order_relaxed);
    where.post(coroutine);
    return;
  }
  // release: the woken thread sees what the waker did. From here on the node may be gone; a wake to its address is
  // harmless.
  if (state_.exchange(state, std::memory_order_release) == kSleeping) futex_wake(state_);
}

inline bool waiter::sleep(const deadline& until) noexcept {
  auto over = [this] {
    // acquire: see what the waker did.
    std::uint32_t state = state_.load(std::memory_order_acquire);
    return state == kGranted || state == kStopped;
  };
  spinner spin;
  if (polite && spin.pays()) let_others_run();
  while (spin.again()) {
    if (over()) return true;
  }
  std::uint32_t waiting = kWaiting;
  // Failure means granted, stopped, or asleep before; acquire as above. Success tells the waker that a wake is needed
  // and orders nothing, but may not be weaker than failure.
  if (!state_.compare_exchange_strong(waiting, kSleeping, std::memory_order_acquire) && waiting != kSleeping)
    return true;
  sleepers::set(thread, true);
  bool timed_out = false;
  do {
    timed_out = futex_wait(state_, kSleeping, until) == futex_result::timed_out;
  } while (!over() && !timed_out);
  sleepers::set(thread, false);
  return !timed_out || over();
}

template <class OnRemoved>
bool waiter::remove(std::uintptr_t where, OnRemoved&& on_removed) {
  woken list;
  parking_queue queue(where);
  if (!queued) return false;
  queue.unlink(*this);
  on_removed(queue, list);
  return true;
}

template <class OnRemoved>
void waiter::stop(const void* primitive, OnRemoved&& on_removed) {
  if (remove(reinterpret_cast<std::uintptr_t>(primitive), on_removed)) wake_with(kStopped);
}

template <class OnRemoved>
wait_result waiter::wait(const deadline& until, const std::stop_token& stop_token, OnRemoved&& on_removed) {
  auto stop_this = [&] { stop(reinterpret_cast<const void*>(address), on_removed); };
  // Made after the node was queued: a stop requested before that runs it here and now.
  std::optional<std::stop_callback<decltype(stop_this)>> callback;
  if (stop_token.stop_possible()) callback.emplace(stop_token, std::move(stop_this));
  bool over = sleep(until);
  if (!over) {
    if (remove(address, on_removed)) return wait_result::timed_out;
    sleep({});  // a waker or the stop has taken it out and is about to say so
  }
  // relaxed: sleep() has read the same value with acquire.
  return state_.load(std::memory_order_relaxed) == kGranted ? wait_result::granted : wait_result::stopped;
}

}  // namespace lockstep::sync::internal
