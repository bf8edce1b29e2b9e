// A moment at which a wait gives up: what all `_for` and `_until` functions of lockstep::sync are made of.
//
// Values only; safe to share. steady_clock and system_clock are waited for as they are (a system clock that is set
// while a thread waits is heeded); a moment of any other clock is converted to the steady clock once, when the deadline
// is made.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>

namespace lockstep::sync {

class deadline {
 public:
  /// Never.
  constexpr deadline() noexcept = default;

  template <class Rep, class Period>
  static deadline after(const std::chrono::duration<Rep, Period>& timeout) {
    using std::chrono::steady_clock;
    steady_clock::time_point now = steady_clock::now();
    // A timeout too long for the clock is no timeout.
    if (std::chrono::duration<double>(timeout) >= std::chrono::duration<double>(steady_clock::time_point::max() - now))
      return {};
    return at(now + std::chrono::ceil<steady_clock::duration>(timeout));
  }

  template <class Clock, class Duration>
  static deadline at(const std::chrono::time_point<Clock, Duration>& when) {
    if constexpr (std::is_same_v<Clock, std::chrono::steady_clock> ||
                  std::is_same_v<Clock, std::chrono::system_clock>) {
      deadline d;
      d.nanoseconds_ = std::chrono::ceil<std::chrono::nanoseconds>(when.time_since_epoch()).count();
      if (d.nanoseconds_ < 0) d.nanoseconds_ = 0;
      d.clock_ = std::is_same_v<Clock, std::chrono::system_clock> ? CLOCK_REALTIME : CLOCK_MONOTONIC;
      return d;
    } else {
      return after(when - Clock::now());
    }
  }

  bool is_never() const noexcept { return nanoseconds_ == kNever; }
  bool expired() const noexcept {
    if (is_never()) return false;
    timespec now = {};
    clock_gettime(clock_, &now);
    return now.tv_sec * kSecond + now.tv_nsec >= nanoseconds_;
  }
  /// CLOCK_MONOTONIC or CLOCK_REALTIME.
  clockid_t clock() const noexcept { return clock_; }
  timespec as_timespec() const noexcept {
    return {static_cast<time_t>(nanoseconds_ / kSecond), static_cast<long>(nanoseconds_ % kSecond)};
  }

 private:
  static constexpr std::int64_t kSecond = 1'000'000'000;
  static constexpr std::int64_t kNever = INT64_MAX;
  std::int64_t nanoseconds_ = kNever;
  clockid_t clock_ = CLOCK_MONOTONIC;
};

}  // namespace lockstep::sync
