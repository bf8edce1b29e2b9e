// recursive_mutex: a mutex that its holder may lock again; it is free after as many unlocks.
//
// Thread safety, errors, algorithm: mutex.h; this adds a count that only the holder touches.
// Lock orders and statistics see the first lock and the last unlock.
// When not to use it: almost always. A function that may or may not be called with the lock held cannot know whether
// the data is in order; split it into one that locks and one that requires the lock (LOCKSTEP_REQUIRES).
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

#include "lockstep/sync/mutex.h"

namespace lockstep::sync {

class LOCKSTEP_CAPABILITY("mutex") recursive_mutex {
 public:
  constexpr recursive_mutex() noexcept = default;
  explicit recursive_mutex(const char* name) : mutex_(name) {}

  void set_name(const char* name) { mutex_.set_name(name); }

  void lock() LOCKSTEP_ACQUIRE() LOCKSTEP_NO_THREAD_SAFETY_ANALYSIS {
    if (again()) return;
    mutex_.lock();
  }
  bool try_lock() LOCKSTEP_TRY_ACQUIRE(true) LOCKSTEP_NO_THREAD_SAFETY_ANALYSIS { return again() || mutex_.try_lock(); }
  template <class Rep, class Period>
  bool try_lock_for(const std::chrono::duration<Rep, Period>& timeout, const std::stop_token& stop = {})
      LOCKSTEP_TRY_ACQUIRE(true) {
    return try_lock_until(deadline::after(timeout), stop);
  }
  template <class Clock, class Duration>
  bool try_lock_until(const std::chrono::time_point<Clock, Duration>& when, const std::stop_token& stop = {})
      LOCKSTEP_TRY_ACQUIRE(true) {
    return try_lock_until(deadline::at(when), stop);
  }
  bool try_lock_until(const deadline& until, const std::stop_token& stop = {})
      LOCKSTEP_TRY_ACQUIRE(true) LOCKSTEP_NO_THREAD_SAFETY_ANALYSIS {
    return again() || mutex_.try_lock_until(until, stop);
  }
  bool lock(const std::stop_token& stop) LOCKSTEP_TRY_ACQUIRE(true) { return try_lock_until(deadline(), stop); }

  void unlock() LOCKSTEP_RELEASE() LOCKSTEP_NO_THREAD_SAFETY_ANALYSIS {
    if (mutex_.held_by_this_thread() && more_ != 0)
      --more_;
    else
      mutex_.unlock();  // says so if the caller does not hold it
  }

  std::uint32_t holder() const noexcept { return mutex_.holder(); }
  bool held_by_this_thread() const noexcept { return mutex_.held_by_this_thread(); }

 private:
  bool again() {
    if (!mutex_.held_by_this_thread()) return false;
    ++more_;
    return true;
  }
  mutex mutex_;
  std::uint32_t more_ = 0;  ///< locks beyond the first; the holder's
};

}  // namespace lockstep::sync
