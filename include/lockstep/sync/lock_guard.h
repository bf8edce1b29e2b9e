// lock_guard and shared_lock_guard: like std::lock_guard, with the annotations that Clang's thread-safety analysis
// follows.
//
// std::lock_guard, std::unique_lock and std::scoped_lock work with every mutex here too, but libstdc++'s are not
// annotated.
#pragma once

#include "lockstep/sync/annotations.h"

namespace lockstep::sync {

template <class Mutex>
class LOCKSTEP_SCOPED_CAPABILITY lock_guard {
 public:
  explicit lock_guard(Mutex& m) LOCKSTEP_ACQUIRE(m) : mutex_(m) { mutex_.lock(); }
  ~lock_guard() LOCKSTEP_RELEASE() { mutex_.unlock(); }
  lock_guard(const lock_guard&) = delete;
  lock_guard& operator=(const lock_guard&) = delete;

 private:
  Mutex& mutex_;
};

template <class Mutex>
class LOCKSTEP_SCOPED_CAPABILITY shared_lock_guard {
 public:
  explicit shared_lock_guard(Mutex& m) LOCKSTEP_ACQUIRE_SHARED(m) : mutex_(m) { mutex_.lock_shared(); }
  ~shared_lock_guard() LOCKSTEP_RELEASE() { mutex_.unlock_shared(); }
  shared_lock_guard(const shared_lock_guard&) = delete;
  shared_lock_guard& operator=(const shared_lock_guard&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace lockstep::sync
