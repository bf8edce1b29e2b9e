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
// The word:
//   bit 0   kSpinning: one waiter looks at the word, and is in no queue
//   bit 1   kHanded: a notification lies here for the one that does; it has not seen it yet
//   bit 31  kParked: somebody waits in the parking table
//
//   the one that spins: 0 -> kSpinning, then by a notification -> kHanded, by itself -> 0
//                                       or, tired, with the bucket locked -> kParked, first in the queue
//
// So a hand-over between two that run moves the word's line alone, not those of a bucket and a node: measured, a third
// of the time less.
// Invariants: P1..P3 of parking.h, and
//   C1  a waiter is in the word or the queue before it unlocks the mutex. So a thread that changes the state under the
//       mutex afterwards sees it (the unlock and its lock order that), and its notification finds it: none is lost.
//   C2  a notification is taken by exactly one waiter; one that a timeout or stop has removed takes none.
//   C3  only a word of 0 lets a waiter spin in it, so that it is the one that waits longest, and stays so if it queues.
//   C4  the destructor waits for a waiter that has yet to see that it was notified (kHanded). Nobody else touches the
//       condition after a notification.
// Memory order: kHanded is written with release and read with acquire, so that the waiter sees what its waker did, and
// taken away with release for the destructor's acquire. Else relaxed on the word: C1 orders it by the mutex, the queue
// by the bucket's lock, the wake by the node's state. All changes are read-modify-writes: the low bits change without
// the bucket's lock.
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
#include "lockstep/sync/internal/backoff.h"
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
    // acquire: the waiter's last look came before.
    std::uint32_t word = word_.load(std::memory_order_acquire);
    for (internal::backoff wait; word == kHanded; word = word_.load(std::memory_order_acquire)) wait.once();
    if (word != 0) [[unlikely]]
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
    bool in_word = false;
    {
      internal::spinner spin{internal::spinner::for_signal{.first_pauses = 16}};
      in_word = (spin.pays() || kAlwaysInWord) && enter_word();
      if (in_word) {
        lock.unlock();
        if (handed_in_word(spin)) {
          lock.lock();
          return wait_status::notified;
        }
      }
    }
    alignas(internal::kWaiterAlignment) internal::waiter w;
    if (!in_word) {
      queue_up(w);
      lock.unlock();
    }
    internal::wait_result result = internal::wait_result::granted;
    if (!in_word || leave_word_for_queue(w))
      result = w.wait(until, stop, [this](internal::parking_queue& queue, internal::woken&) { removed(queue); });
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
  static constexpr std::uint32_t kSpinning = 1;
  static constexpr std::uint32_t kHanded = 2;
  /// Where the algorithm is proved nobody spins, but what comes of it is to be explored.
#ifdef LOCKSTEP_SYNC_EXPLORE
  static constexpr bool kAlwaysInWord = true;
#else
  static constexpr bool kAlwaysInWord = false;
#endif
  /// The locks with which the checker sees a wait as one step (watched.h); other waits are explored as they are.
  template <class Lock>
  static constexpr bool kSingleStep =
      std::is_same_v<Lock, std::unique_lock<mutex>> || std::is_same_v<Lock, std::unique_lock<fair_mutex>>;

  // ---- One waiter in the word
  bool enter_word() noexcept {
    std::uint32_t nobody = 0;
    return word_.compare_exchange_strong(nobody, kSpinning, std::memory_order_relaxed);
  }
  bool handed_in_word(internal::spinner& spin) noexcept {
    do {
      prefetch_to_write(&word_);  // whoever is notified writes, too
      // acquire: sees what the one that notified did.
      if (word_.load(std::memory_order_acquire) & kHanded) {
        take_handed();
        return true;
      }
    } while (spin.again());
    return false;
  }
  void take_handed() noexcept {
    // release: the destructor comes after. The last touch.
    word_.fetch_and(~kHanded, std::memory_order_release);
  }
  /// False: was notified meanwhile.
  bool leave_word_for_queue(internal::waiter& w) noexcept {
    internal::parking_queue queue(this);
    std::uint32_t now = word_.load(std::memory_order_relaxed);
    while (now & kSpinning) {
      // acquire when it fails: as in handed_in_word.
      if (word_.compare_exchange_weak(now, (now & ~kSpinning) | internal::kParked, std::memory_order_acquire)) {
        queue.push_first(w);
        return true;
      }
    }
    take_handed();
    return false;
  }
  /// False: nobody is in the word.
  bool hand_over_in_word() noexcept {
    std::uint32_t now = word_.load(std::memory_order_relaxed);
    while (now & kSpinning) {
      // release: the waiter sees what we did.
      if (word_.compare_exchange_weak(now, (now & ~kSpinning) | kHanded, std::memory_order_release,
                                      std::memory_order_relaxed)) {
        internal::spinner::has_signalled_a_spinner();
        return true;
      }
    }
    return false;
  }

  // ---- The others, in the queue
  void queue_up(internal::waiter& w) noexcept {
    internal::parking_queue queue(this);
    queue.push(w);
    word_.fetch_or(internal::kParked, std::memory_order_relaxed);
  }
  void notify(std::uint32_t most) {
    if (hand_over_in_word()) --most;  // the one that waits longest (C3)
    if (most != 0 && (word_.load(std::memory_order_relaxed) & internal::kParked)) notify_queue(most);
  }
  [[gnu::noinline]] void notify_queue(std::uint32_t most) {
    internal::woken list;
    internal::parking_queue queue(this);
    for (internal::waiter* w = queue.front(); w && most != 0; w = queue.front(), --most) queue.pop(*w, list);
    removed(queue);
  }
  void removed(internal::parking_queue& queue) noexcept {
    if (queue.empty()) internal::clear_parked(word_);
  }

  std::atomic<std::uint32_t> word_ = 0;
};

}  // namespace lockstep::sync
