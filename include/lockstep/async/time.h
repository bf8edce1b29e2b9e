// Time: sleep_for, sleep_until, yield, now.
//
// Cancel safety: `cancelled` is thrown at once, and nothing is lost. Which thread resumes you: the loop's.
// A sleep never ends early; it ends late by at most 66 µs and the loop's delay. Complexity: O(1) (timer_wheel.h).
#pragma once

#include <chrono>
#include <string>

#include "lockstep/async/internal/context.h"
#include "lockstep/async/internal/loop.h"

namespace lockstep::async {

namespace internal {

class sleep_awaiter final : public wait_node, private timer {
 public:
  sleep_awaiter(std::int64_t when, bool relative) noexcept : when_(when), relative_(relative) {
    waits_for(wait_kind::time, &when_);
  }
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> h) noexcept {
    return begin(h.promise());
  }
  void await_resume() const { throw_if_cancelled(); }

  void cancel() noexcept override;
  std::string describe() const override;

 private:
  bool begin(promise_base& p) noexcept;
  void fire() noexcept override { wake(); }

  std::int64_t when_;
  bool relative_;
};

/// Back to the end of the ready queue.
class yield_awaiter : public awaiter_tag {
 public:
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> h) noexcept {
    context& c = *h.promise().context;
    cancelled_ = c.is_cancelled();
    if (!cancelled_) c.loop().make_ready(h.promise());
    return !cancelled_;
  }
  void await_resume() const {
    if (cancelled_) throw cancelled{};
  }

 private:
  bool cancelled_ = false;
};

}  // namespace internal

/// Goes on after a duration; at once if it is not positive, but others run first.
template <class Rep, class Period>
[[nodiscard]] internal::sleep_awaiter sleep_for(std::chrono::duration<Rep, Period> d) noexcept {
  using limits = std::chrono::duration<double>;
  // Longer than the clock reaches: for ever, in effect.
  constexpr limits kLongest = std::chrono::hours(24 * 365 * 100);
  if (limits(d) > kLongest) return {internal::to_ns(std::chrono::hours(24 * 365 * 100)), true};
  return {internal::to_ns(std::chrono::ceil<std::chrono::nanoseconds>(d)), true};
}

/// Goes on at a time of steady_clock. (In virtual time: `now()` plus a duration.)
[[nodiscard]] inline internal::sleep_awaiter sleep_until(std::chrono::steady_clock::time_point when) noexcept {
  return {internal::to_ns(when.time_since_epoch()), false};
}

/// Lets everything else that is ready run first. Throws `cancelled` if the context is.
[[nodiscard]] inline internal::yield_awaiter yield() noexcept { return {}; }

/// The time of the loop of this thread: steady_clock, or virtual. Outside of a loop: steady_clock.
inline std::chrono::steady_clock::time_point now() noexcept {
  if (!internal::here.current) return std::chrono::steady_clock::now();
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(internal::here.current->now()));
}

}  // namespace lockstep::async
