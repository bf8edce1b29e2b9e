// Several locks at once, without deadlock.
//
//     { auto locks = lock_all(from.mutex, to.mutex); … }               // in the order of their addresses: waits as
//     needed if (auto locks = try_lock_all_for(50ms, a, b, c)) …              // holds nothing while it waits
//
// lock_all takes the locks in one order for the whole program, so threads that take several locks only by lock_all
// cannot deadlock. try_lock_all_for never waits while it holds: it takes all or lets go of all, at most kMostAttempts
// times and with a random, growing pause in between, so that two threads do not get in each other's way for ever. The
// result unlocks at its end. Works with every type that has lock/try_lock/unlock. Different objects, please: the same
// one twice is a relock. Thread safety: as the locks. Source: the total order of Havender, 1968; the back-off of
// Ethernet (Metcalfe, Boggs, 1976).
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <random>
#include <tuple>
#include <utility>

#include "lockstep/sync/deadline.h"
#include "lockstep/sync/futex.h"

namespace lockstep::sync {

template <class... Mutexes>
class all_locks {
 public:
  all_locks() = default;
  explicit all_locks(Mutexes&... mutexes) : mutexes_(&mutexes...), locked_(true) {}
  all_locks(all_locks&& other) noexcept : mutexes_(other.mutexes_), locked_(std::exchange(other.locked_, false)) {}
  all_locks& operator=(all_locks&&) = delete;
  ~all_locks() { unlock(); }

  explicit operator bool() const { return locked_; }
  void unlock() {
    if (std::exchange(locked_, false)) std::apply([](auto*... m) { (m->unlock(), ...); }, mutexes_);
  }

 private:
  std::tuple<Mutexes*...> mutexes_;
  bool locked_ = false;
};

namespace internal {

/// A lock of any type, as something that can be sorted.
struct any_lock {
  void* object;
  void (*lock)(void*);
  template <class Mutex>
  explicit any_lock(Mutex& m) : object(&m), lock([](void* p) { static_cast<Mutex*>(p)->lock(); }) {}
};

/// All or none.
template <class First, class... Rest>
bool try_all(First& first, Rest&... rest) {
  if (!first.try_lock()) return false;
  if constexpr (sizeof...(Rest) != 0) {
    if (!try_all(rest...)) {
      first.unlock();
      return false;
    }
  }
  return true;
}

}  // namespace internal

template <class... Mutexes>
[[nodiscard]] all_locks<Mutexes...> lock_all(Mutexes&... mutexes) {
  std::array<internal::any_lock, sizeof...(Mutexes)> order{internal::any_lock(mutexes)...};
  std::sort(order.begin(), order.end(),
            [](const auto& a, const auto& b) { return std::less<void*>()(a.object, b.object); });
  for (const internal::any_lock& one : order) one.lock(one.object);
  return all_locks<Mutexes...>(mutexes...);
}

/// The bound on the attempts of try_lock_all_for.
inline constexpr int kMostAttempts = 64;

/// False (and holds nothing) when the timeout passed or kMostAttempts attempts failed.
template <class Rep, class Period, class... Mutexes>
[[nodiscard]] all_locks<Mutexes...> try_lock_all_for(const std::chrono::duration<Rep, Period>& timeout,
                                                     Mutexes&... mutexes) {
  deadline until = deadline::after(timeout);
  thread_local std::minstd_rand random(kernel_thread_id());
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    if (internal::try_all(mutexes...)) return all_locks<Mutexes...>(mutexes...);
    if (until.expired()) break;
    // Up to 2, 4, … 1024 microseconds, asleep: a word of our own that nobody wakes.
    std::uint32_t most = 2u << std::min(attempt, 9);
    auto pause = std::chrono::microseconds(1 + random() % most);
    std::atomic<std::uint32_t> nobody = 0;
    futex_wait(nobody, 0, deadline::after(pause));
  }
  return {};
}

}  // namespace lockstep::sync
