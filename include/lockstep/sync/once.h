// once: runs a function once, however many threads ask; all return when it has been run. lazy<T>: a value made so.
//
//     lockstep::sync::once loaded;
//     loaded.call([] { load_plugins(); });                        // any thread, any number of times
//
//     lockstep::sync::lazy config([] { return parse("app.toml"); });
//     config->timeout;                                            // parsed by the first who asks
//
// If the function throws, the caller gets the exception and the next caller (or one of those that wait) runs it again.
//
// Thread safety: every member function may be called by any thread; destruction comes after all calls but for those
// whose answer is already visible.
//
// | word_ (but for kParked) | meaning                             | call(f)                                    |
// |-------------------------|-------------------------------------|--------------------------------------------|
// | kIdle                   | not run                             | CAS to kRunning, runs f                    |
// | kRunning                | runner_ runs it                     | waits; runner_ itself: misuse              |
// | kDone                   | was run                             | returns                                    |
//
// Invariants: kDone is never left. One thread at a time is between kRunning and what follows it.
//
// Memory order: word_: kIdle -> kRunning acquire (what a failed attempt left is seen); -> kDone or kIdle release; the
// fast path's load acquire: what the function did is seen. runner_: relaxed: a thread reads its own number only if it
// wrote it itself.
//
// Errors: a function that calls its own once: misuse, not a deadlock.
// Complexity: O(1), a load after the first time. 8 bytes. lazy<T>: T and its factory besides.
// When not to use it: function-local statics do the same where a deadline, a stop_token or a retry on another thread is
// not needed. Source: double-checked locking done right; C++'s std::call_once for the exceptions.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <new>
#include <stop_token>
#include <type_traits>
#include <utility>

#include "lockstep/sync/deadline.h"
#include "lockstep/sync/internal/park_while.h"
#include "lockstep/sync/misuse.h"
#include "lockstep/sync/parking.h"
#include "lockstep/sync/thread.h"

namespace lockstep::sync {

class once {
 public:
  once() = default;
  once(const once&) = delete;
  once& operator=(const once&) = delete;

  template <class Function>
  void call(Function&& f) {
    call_before(f, {}, {});
  }
  /// False: stopped while another thread was running the function. The function itself is not interrupted.
  template <class Function>
  bool call(const std::stop_token& stop, Function&& f) {
    return call_before(f, {}, stop);
  }
  /// False: another thread was still running it.
  template <class Rep, class Period, class Function>
  bool call_for(std::chrono::duration<Rep, Period> longest, Function&& f, const std::stop_token& stop = {}) {
    return call_before(f, deadline::after(longest), stop);
  }
  template <class Clock, class Duration, class Function>
  bool call_until(std::chrono::time_point<Clock, Duration> until, Function&& f, const std::stop_token& stop = {}) {
    return call_before(f, deadline::at(until), stop);
  }

  bool done() const noexcept { return word_.load(std::memory_order_acquire) == kDone; }

 private:
  enum : std::uint32_t { kIdle, kRunning, kDone };

  template <class Function>
  bool call_before(Function& f, const deadline& until, const std::stop_token& stop) {
    while (!done()) [[unlikely]] {
        std::uint32_t idle = kIdle;
        if (word_.compare_exchange_strong(idle, kRunning, std::memory_order_acquire, std::memory_order_relaxed)) {
          run(f);
          return true;
        }
        if (idle == kDone) continue;
        if (runner_.load(std::memory_order_relaxed) == internal::thread_number()) {
          internal::report_misuse(this, "once", "called from its own function, for which it would wait");
        }
        auto running = [](std::uint32_t word) { return (word & ~internal::kParked) == kRunning; };
        if (!internal::park_while(this, word_, running, until, stop)) return false;
      }
    return true;
  }

  template <class Function>
  void run(Function& f) {
    runner_.store(internal::thread_number(), std::memory_order_relaxed);
    try {
      f();
    } catch (...) {
      finish(kIdle);
      throw;
    }
    finish(kDone);
  }

  void finish(std::uint32_t state) {
    runner_.store(0, std::memory_order_relaxed);
    std::uint32_t unparked = kRunning;
    if (word_.compare_exchange_strong(unparked, state, std::memory_order_release, std::memory_order_relaxed)) return;
    internal::wake_all_parked(this, [&] { word_.store(state, std::memory_order_release); });
  }

  std::atomic<std::uint32_t> word_{kIdle};
  std::atomic<std::uint32_t> runner_{0};
};

template <class T, class Factory = T (*)()>
class lazy {
 public:
  explicit lazy(Factory factory) : factory_(std::move(factory)) {}
  lazy(const lazy&) = delete;
  lazy& operator=(const lazy&) = delete;
  ~lazy() {
    if (once_.done()) value()->~T();
  }

  /// The value, made now if nobody has made it. Throws what the factory throws.
  T& get() {
    once_.call([this] { make(); });
    return *value();
  }
  T& operator*() { return get(); }
  T* operator->() { return &get(); }
  /// Null: stopped while another thread was making it.
  T* get(const std::stop_token& stop) {
    return once_.call(stop, [this] { make(); }) ? value() : nullptr;
  }
  /// Null: another thread was still making it.
  template <class Rep, class Period>
  T* get_for(std::chrono::duration<Rep, Period> longest, const std::stop_token& stop = {}) {
    return once_.call_for(
               longest, [this] { make(); }, stop)
               ? value()
               : nullptr;
  }
  /// Null: not made yet. Never waits.
  T* peek() noexcept { return once_.done() ? value() : nullptr; }

 private:
  void make() { ::new (static_cast<void*>(room_)) T(factory_()); }
  T* value() { return std::launder(reinterpret_cast<T*>(room_)); }

  once once_;
  [[no_unique_address]] Factory factory_;
  alignas(T) unsigned char room_[sizeof(T)];
};

template <class Factory>
lazy(Factory) -> lazy<std::invoke_result_t<Factory&>, Factory>;

}  // namespace lockstep::sync
