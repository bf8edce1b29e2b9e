// condition: waits until something that a mutex protects has come true.
//
//     std::unique_lock lock(m);
//     changed.wait(lock, [&] { return !queue.empty(); });
//     if (!changed.wait_for(lock, 5ms, stop, [&] { … })) …          // deadline and stop_token, both optional
//     …   { std::lock_guard lock(m); queue.push_back(x); }   changed.notify_one();
//
// Works with every lock that has lock() and unlock(): std::unique_lock of any mutex, a mutex itself, a shared_lock.
// There are no spurious wakeups; the predicate is needed all the same, because another thread may be quicker.
//
// Thread safety: all members may be called by any thread, but for construction and destruction. notify needs no lock
// held; but what the predicate reads must have been changed with the lock held.
// Errors (misuse.h): destruction while somebody waits.
//
// The word: 0, or kParked: somebody waits.
// Invariants: P1..P3 of parking.h, and
//   C1  a waiter is queued before it unlocks the mutex. So a thread that changes the state under the mutex afterwards
//       sees kParked (the unlock and its lock order that), and its notification finds the node: no wakeup is lost.
//   C2  a notification is taken by exactly one waiter; one that a timeout or stop has removed takes none.
// Memory order: all relaxed on the word: C1 orders it by the mutex, the queue by the bucket's lock, the wake by the
// node's state.
// Complexity: a load for a notify without waiters. notify_all wakes all at once; they queue for the mutex.
// Source: Hoare, "Monitors", 1974; Mesa's semantics (Lampson, Redell, 1980); the queue of Birrell, "Implementing
// Condition Variables with Semaphores", 2003.
//
// When not to use it: for one flag, event; for a number, semaphore.
// Where rivals win: std::condition_variable requeues nothing either, but pthread's can be shared between processes.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <type_traits>

#include "lockstep/sync/fair_mutex.h"
#include "lockstep/sync/misuse.h"
#include "lockstep/sync/mutex.h"
#include "lockstep/sync/registry.h"
#include "lockstep/sync/waiting.h"

namespace lockstep::sync {

enum class wait_status { notified, timed_out, stopped };

class condition {
 public:
  constexpr condition() noexcept = default;
  explicit condition(const char* name) { set_name(name); }
  ~condition() {
    if (internal::watched::on()) internal::watched::end(this);
    if (word_.load(std::memory_order_relaxed) != 0) [[unlikely]]
      internal::report_misuse(this, kKind, "destroyed while somebody waits");
    internal::forget(this);
  }
  condition(const condition&) = delete;
  condition& operator=(const condition&) = delete;

  void set_name(const char* name) { internal::name_object(this, kKind, name); }

  void notify_one() {
    if (internal::watched::on() && internal::watched::notify(this, false) != 0) return;
    if (word_.load(std::memory_order_relaxed) != 0) notify(1);
  }
  void notify_all() {
    if (internal::watched::on()) internal::watched::notify(this, true);
    if (word_.load(std::memory_order_relaxed) != 0) notify(UINT32_MAX);
  }

  /// Waits for a notification. The lock is held again afterwards, whatever the result.
  template <class Lock>
  wait_status wait_until(Lock& lock, const deadline& until, const std::stop_token& stop = {}) {
    if constexpr (kSingleStep<Lock>) {
      if (internal::watched::on() && !stop.stop_possible()) {
        int error = internal::watched::wait_on(this, lock.mutex(), until);
        return error == 0 ? wait_status::notified : wait_status::timed_out;
      }
    }
    alignas(internal::kWaiterAlignment) internal::waiter w;
    w.stubborn = true;
    {
      internal::parking_queue queue(this);
      queue.push(w);
      word_.store(internal::kParked, std::memory_order_relaxed);
    }
    lock.unlock();
    internal::wait_result result =
        w.wait(until, stop, [this](internal::parking_queue& queue, internal::woken&) { removed(queue); });
    lock.lock();
    switch (result) {
      case internal::wait_result::granted:
        return wait_status::notified;
      case internal::wait_result::timed_out:
        return wait_status::timed_out;
      default:
        return wait_status::stopped;
    }
  }
  template <class Lock>
  void wait(Lock& lock) {
    wait_until(lock, deadline());
  }
  template <class Lock, class Clock, class Duration>
  wait_status wait_until(Lock& lock, const std::chrono::time_point<Clock, Duration>& when,
                         const std::stop_token& stop = {}) {
    return wait_until(lock, deadline::at(when), stop);
  }
  template <class Lock, class Rep, class Period>
  wait_status wait_for(Lock& lock, const std::chrono::duration<Rep, Period>& timeout,
                       const std::stop_token& stop = {}) {
    return wait_until(lock, deadline::after(timeout), stop);
  }

  /// Waits until the predicate is true. False: the deadline passed or the stop was requested, and it still is not.
  template <class Lock, std::predicate Predicate>
  bool wait_until(Lock& lock, const deadline& until, const std::stop_token& stop, Predicate predicate) {
    while (!predicate()) {
      if (wait_until(lock, until, stop) != wait_status::notified) return predicate();
    }
    return true;
  }
  template <class Lock, std::predicate Predicate>
  void wait(Lock& lock, Predicate predicate) {
    wait_until(lock, deadline(), {}, predicate);
  }
  template <class Lock, std::predicate Predicate>
  bool wait(Lock& lock, const std::stop_token& stop, Predicate predicate) {
    return wait_until(lock, deadline(), stop, predicate);
  }
  template <class Lock, class Clock, class Duration, std::predicate Predicate>
  bool wait_until(Lock& lock, const std::chrono::time_point<Clock, Duration>& when, Predicate predicate) {
    return wait_until(lock, deadline::at(when), {}, predicate);
  }
  template <class Lock, class Clock, class Duration, std::predicate Predicate>
  bool wait_until(Lock& lock, const std::chrono::time_point<Clock, Duration>& when, const std::stop_token& stop,
                  Predicate predicate) {
    return wait_until(lock, deadline::at(when), stop, predicate);
  }
  template <class Lock, class Rep, class Period, std::predicate Predicate>
  bool wait_for(Lock& lock, const std::chrono::duration<Rep, Period>& timeout, Predicate predicate) {
    return wait_until(lock, deadline::after(timeout), {}, predicate);
  }
  template <class Lock, class Rep, class Period, std::predicate Predicate>
  bool wait_for(Lock& lock, const std::chrono::duration<Rep, Period>& timeout, const std::stop_token& stop,
                Predicate predicate) {
    return wait_until(lock, deadline::after(timeout), stop, predicate);
  }

 private:
  static constexpr const char* kKind = "condition";
  /// The locks with which the checker sees a wait as one step (watched.h); other waits are explored as they are.
  template <class Lock>
  static constexpr bool kSingleStep =
      std::is_same_v<Lock, std::unique_lock<mutex>> || std::is_same_v<Lock, std::unique_lock<fair_mutex>>;

  [[gnu::noinline]] void notify(std::uint32_t most) {
    internal::woken list;
    internal::parking_queue queue(this);
    for (internal::waiter* w = queue.front(); w && most != 0; w = queue.front(), --most) queue.pop(*w, list);
    removed(queue);
  }
  void removed(internal::parking_queue& queue) noexcept {
    if (queue.empty()) word_.store(0, std::memory_order_relaxed);  // with the bucket locked nobody else writes it
  }

  std::atomic<std::uint32_t> word_ = 0;
};

}  // namespace lockstep::sync
