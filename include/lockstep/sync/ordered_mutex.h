// ordered_mutex<Level>: mutexes with a rank, to be taken only in rising order. A wrong order does not compile where it
// can be seen, and aborts with both stacks where it cannot.
//
//     ordered_mutex<10> accounts;
//     ordered_mutex<20> journal;
//     ordered_lock first(accounts);
//     ordered_lock second(journal, first);       // the other way round: a compile error
//     journal.lock(); accounts.lock();           // misuse: aborts, at the first time, whatever other threads do
//
// Threads that take these locks in rising order cannot deadlock by them. try_lock never waits, so it may be out of
// order. Thread safety, errors: as mutex (mutex.h). Complexity: a stack trace each time it is taken, a microsecond or
// two, so that the abort can show both; at most 16 held by one thread. When not to use it: for locks whose order is not
// known before run time (accounts of a bank): lock_all.
#pragma once

#include <chrono>
#include <string>

#include "lockstep/sync/mutex.h"

namespace lockstep::sync {

namespace internal {
/// The calling thread takes a lock of this level: misuse if it holds one as high. `waits`: not by a try.
void enter_level(const void* lock, int level, bool waits);
void leave_level(const void* lock) noexcept;
}  // namespace internal

template <int Level>
class LOCKSTEP_CAPABILITY("mutex") ordered_mutex {
 public:
  static constexpr int kLevel = Level;

  constexpr ordered_mutex() noexcept = default;
  explicit ordered_mutex(const char* name) : mutex_(name) {}
  void set_name(const char* name) { mutex_.set_name(name); }

  void lock() LOCKSTEP_ACQUIRE() LOCKSTEP_NO_THREAD_SAFETY_ANALYSIS {
    internal::enter_level(&mutex_, Level, true);
    mutex_.lock();
  }
  bool try_lock() LOCKSTEP_TRY_ACQUIRE(true) LOCKSTEP_NO_THREAD_SAFETY_ANALYSIS {
    if (!mutex_.try_lock()) return false;
    internal::enter_level(&mutex_, Level, false);
    return true;
  }
  template <class Rep, class Period>
  bool try_lock_for(const std::chrono::duration<Rep, Period>& timeout, const std::stop_token& stop = {})
      LOCKSTEP_TRY_ACQUIRE(true) LOCKSTEP_NO_THREAD_SAFETY_ANALYSIS {
    internal::enter_level(&mutex_, Level, true);
    bool locked = mutex_.try_lock_for(timeout, stop);
    if (!locked) internal::leave_level(&mutex_);
    return locked;
  }
  void unlock() LOCKSTEP_RELEASE() LOCKSTEP_NO_THREAD_SAFETY_ANALYSIS {
    mutex_.unlock();
    internal::leave_level(&mutex_);
  }

 private:
  mutex mutex_;
};

/// Holds an ordered_mutex; the second form says which one is held already, and the compiler compares the levels.
template <int Level>
class LOCKSTEP_SCOPED_CAPABILITY ordered_lock {
 public:
  static constexpr int kLevel = Level;
  explicit ordered_lock(ordered_mutex<Level>& m) LOCKSTEP_ACQUIRE(m) : mutex_(m) { mutex_.lock(); }
  template <int Held>
  ordered_lock(ordered_mutex<Level>& m, const ordered_lock<Held>&) LOCKSTEP_ACQUIRE(m) : mutex_(m) {
    static_assert(Held < Level, "the level of the lock that is held must be lower");
    mutex_.lock();
  }
  ~ordered_lock() LOCKSTEP_RELEASE() { mutex_.unlock(); }
  ordered_lock(const ordered_lock&) = delete;
  ordered_lock& operator=(const ordered_lock&) = delete;

 private:
  ordered_mutex<Level>& mutex_;
};

}  // namespace lockstep::sync
