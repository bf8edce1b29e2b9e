// guarded<T>: data and the lock that protects it, in one; the data cannot be reached without the lock.
//
//     lockstep::sync::guarded<std::map<key, value>> cache;
//     cache.with([](auto& map) { map[k] = v; });
//     { auto map = cache.lock(); map->erase(k); }
//     guarded<config, shared_mutex> settings;
//     auto n = settings.with_shared([](const config& c) { return c.size; });
//
// Thread safety: as the mutex. References that `with` hands out must not leave the function.
// Complexity: the mutex's.
// When not to use it: if one lock protects several objects together, put them into one struct, or use a mutex.
// Source: folly::Synchronized.
#pragma once

#include <concepts>
#include <functional>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "lockstep/sync/mutex.h"

namespace lockstep::sync {

template <class T, class Mutex = mutex>
class guarded {
 public:
  /// The locked data, like a pointer. Unlocks at its end.
  template <class Value, class Lock>
  class access {
   public:
    access(Value& value, Mutex& m) : lock_(m), value_(value) {}
    Value& operator*() const { return value_; }
    Value* operator->() const { return &value_; }
    /// For condition::wait.
    Lock& lock() { return lock_; }

   private:
    Lock lock_;
    Value& value_;
  };

  template <class... Arguments>
  requires std::constructible_from<T, Arguments...>
  explicit guarded(Arguments&&... arguments) : value_(std::forward<Arguments>(arguments)...) {}
  guarded(const guarded&) = delete;
  guarded& operator=(const guarded&) = delete;

  auto lock() { return access<T, std::unique_lock<Mutex>>(value_, mutex_); }
  auto lock_shared() const requires requires(Mutex& m) { m.lock_shared(); }
  { return access<const T, std::shared_lock<Mutex>>(value_, mutex_); }
  template <std::invocable<T&> Function>
  decltype(auto) with(Function&& function) {
    std::lock_guard lock(mutex_);
    return std::invoke(std::forward<Function>(function), value_);
  }
  template <std::invocable<const T&> Function>
  decltype(auto) with_shared(Function&& function) const requires requires(Mutex& m) {
    m.lock_shared();
  }
  {
    std::shared_lock lock(mutex_);
    return std::invoke(std::forward<Function>(function), value_);
  }
  /// Reads under the shared lock; if `wants(const T&)` is true, lets it go, takes the exclusive one, asks again
  /// (somebody may have been quicker), and then calls `change(T&)`. True if it was called.
  template <std::predicate<const T&> Wants, std::invocable<T&> Change>
  bool change_if(Wants&& wants, Change&& change) requires requires(Mutex& m) {
    m.lock_shared();
  }
  {
    {
      std::shared_lock lock(mutex_);
      if (!std::invoke(wants, std::as_const(value_))) return false;
    }
    std::lock_guard lock(mutex_);
    if (!std::invoke(wants, std::as_const(value_))) return false;
    std::invoke(std::forward<Change>(change), value_);
    return true;
  }
  void set_name(const char* name) { mutex_.set_name(name); }

 private:
  mutable Mutex mutex_;
  T value_;
};

}  // namespace lockstep::sync
