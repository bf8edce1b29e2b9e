// rate_limiter: so many per second on average, with bursts of at most so many. A token bucket that needs no refilling
// thread, no lock and one 64-bit word.
//
//     lockstep::sync::rate_limiter requests(lockstep::sync::rate::per_second(100), 20);   // 100/s, bursts of 20
//     if (!requests.try_acquire()) return too_many_requests();
//     requests.acquire();                                        // or wait for one's turn
//     if (!requests.acquire_for(50ms)) ...                       // refused at once if the turn would come later
//
// Rates are exact fractions: rate(3, 10min) is three in ten minutes, and a million tokens later the schedule is still
// where it would be if it had been computed in real numbers, to the nanosecond (no drift).
//
// The clock is a parameter: an object with `now()` in nanoseconds and `sleep_until(nanoseconds, stop_token)`;
// `steady_time` is std::chrono::steady_clock. A test passes one that it moves by hand:
//
//     struct manual_time {
//       std::int64_t* time;
//       std::int64_t now() const { return *time; }
//       bool sleep_until(std::int64_t t, const std::stop_token&) const { *time = std::max(*time, t); return true; }
//     };
//     basic_rate_limiter<manual_time> limiter(rate(3, 1s), 1, manual_time{&time});
//
// How (the generic cell rate algorithm): the word is the theoretical arrival time, the moment at which the bucket will
// be full again. A token moves it on by one period, from now if it lies in the past; that is allowed as long as it
// stays within `burst` periods of now.
//
// | word             | bucket                         | try_acquire(1)               |
// |------------------|--------------------------------|------------------------------|
// | <= now           | full                           | word = now + period          |
// | now + k periods  | burst - k tokens               | word += period if k < burst  |
// | more than burst  | empty; waiters have reserved   | refused                      |
//
// Thread safety: every member function may be called by any thread; only destruction must come after all else.
//
// Invariants:
// 1. In any span of time t that begins while nobody waits, at most burst + t / period tokens are granted, give or take
//    the one whose nanosecond it is.
// 2. The word moves back in one case only: a wait that is stopped returns its tokens if nobody has come after it.
// 3. Those who wait are served in the order of their calls.
//
// Memory order: relaxed throughout. A limiter orders nothing but its own word, whose changes (compare-exchange) are in
// one order anyhow.
//
// Complexity: O(1); a compare-exchange and reading the clock, two 128-bit divisions unless the period is a whole number
// of nanoseconds. sizeof is the word and five numbers.
//
// Errors: a rate that is not positive or above 100 million a second, a burst below 1 or of more than 100 years: throws
// std::invalid_argument. n below 1: likewise.
// A stopped wait whose place cannot be given back (someone is behind it) loses its tokens: giving them back would let
// two bursts meet.
//
// When not to use it: to bound what runs at one time (semaphore). For one limit over several machines: cluster.
//
// Source: ITU-T I.371 (GCRA); Turner's leaky bucket.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <stop_token>
#include <thread>

namespace lockstep::sync {

/// `tokens` in each `per`, as an exact fraction.
class rate {
 public:
  constexpr rate(std::int64_t tokens, std::chrono::nanoseconds per) : tokens_(tokens), nanoseconds_(per.count()) {
    if (tokens < 1 || per.count() < 1 || tokens > nanoseconds_ / 10) {
      throw std::invalid_argument("lockstep::sync::rate: must be positive and at most 100 million a second");
    }
    std::int64_t common = std::gcd(tokens_, nanoseconds_);
    tokens_ /= common;
    nanoseconds_ /= common;
  }
  /// Any positive number, to nine digits after the point (below one a second: to the nanosecond of its period).
  static rate per_second(double r) {
    if (!(r > 1e-9 && r <= 1e8)) {
      throw std::invalid_argument("lockstep::sync::rate: must be positive and at most 100 million a second");
    }
    if (r < 1) return rate(1, std::chrono::nanoseconds(std::llround(1e9 / r)));
    return rate(std::llround(r * 1e9), std::chrono::nanoseconds(std::int64_t{1'000'000'000'000'000'000}));
  }

  /// A period is nanoseconds() / tokens().
  constexpr std::int64_t tokens() const { return tokens_; }
  constexpr std::int64_t nanoseconds() const { return nanoseconds_; }

 private:
  std::int64_t tokens_;
  std::int64_t nanoseconds_;
};

/// The steady clock, in nanoseconds.
struct steady_time {
  std::int64_t now() const {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }
  /// False: stopped before the time had come.
  bool sleep_until(std::int64_t time, const std::stop_token& stop) const {
    std::chrono::steady_clock::time_point end{std::chrono::nanoseconds(time)};
    if (!stop.stop_possible()) {
      std::this_thread::sleep_until(end);
      return true;
    }
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_until(lock, stop, end, [] { return false; });
    return !stop.stop_requested();
  }
};

template <class Clock = steady_time>
class basic_rate_limiter {
 public:
  /// Begins with a full bucket.
  basic_rate_limiter(rate r, std::int64_t burst, Clock clock = Clock())
      : clock_(std::move(clock)), tokens_(r.tokens()), nanoseconds_(r.nanoseconds()), start_(clock_.now()) {
    constexpr std::int64_t kLongest = 3'155'760'000'000'000'000;  // 100 years
    wide length = burst < 1 ? 0 : (static_cast<wide>(burst) * nanoseconds_ + tokens_ - 1) / tokens_;
    if (length < 1 || length > kLongest) {
      throw std::invalid_argument("lockstep::sync::rate_limiter: a burst is at least 1, and less than a century long");
    }
    burst_ = static_cast<std::int64_t>(length);
  }
  basic_rate_limiter(const basic_rate_limiter&) = delete;
  basic_rate_limiter& operator=(const basic_rate_limiter&) = delete;

  /// Takes n tokens if they are there.
  bool try_acquire(std::int64_t n = 1) {
    need(n);
    std::int64_t now = elapsed();
    std::int64_t arrival = arrival_.load(std::memory_order_relaxed);
    for (;;) {
      std::int64_t next = advance(std::max(arrival, now), n);
      if (next - now > burst_) return false;
      if (arrival_.compare_exchange_weak(arrival, next, std::memory_order_relaxed)) return true;
    }
  }

  /// Waits for its turn. n may exceed the burst: the wait is the longer.
  void acquire(std::int64_t n = 1) { acquire_before(kNever, n, {}); }
  /// False: stopped.
  bool acquire(const std::stop_token& stop, std::int64_t n = 1) { return acquire_before(kNever, n, stop); }
  /// False, at once and with nothing taken: the turn would come later than that; or stopped.
  bool acquire_for(std::chrono::nanoseconds longest, std::int64_t n = 1, const std::stop_token& stop = {}) {
    std::int64_t now = elapsed();
    return acquire_before(longest.count() > kNever - now ? kNever : now + longest.count(), n, stop);
  }
  /// `deadline` is on the limiter's clock.
  bool acquire_until(std::chrono::nanoseconds deadline, std::int64_t n = 1, const std::stop_token& stop = {}) {
    return acquire_before(deadline.count() - start_, n, stop);
  }

  /// How long until try_acquire(n) would succeed if nobody else came; 0: now. max(): never, n exceeds the burst.
  std::chrono::nanoseconds time_to(std::int64_t n = 1) const {
    need(n);
    std::int64_t now = elapsed();
    std::int64_t from = std::max(arrival_.load(std::memory_order_relaxed), now);
    if (advance(now, n) - now > burst_) return std::chrono::nanoseconds::max();
    return std::chrono::nanoseconds(std::max<std::int64_t>(0, advance(from, n) - now - burst_));
  }

 private:
  __extension__ using wide = __int128;
  static constexpr std::int64_t kNever = INT64_MAX;

  static void need(std::int64_t n) {
    if (n < 1) throw std::invalid_argument("lockstep::sync::rate_limiter: at least one token");
  }

  std::int64_t elapsed() const { return clock_.now() - start_; }

  /// n periods after `time`. Times that are a whole number of periods after the start stay so, rounded down: the place
  /// within a period is kept and the periods are counted from the start, so that no rounding adds up.
  std::int64_t advance(std::int64_t time, std::int64_t n) const {
    if (tokens_ == 1) return time + n * nanoseconds_;
    wide period = ((static_cast<wide>(time) + 1) * tokens_ - 1) / nanoseconds_;
    return time + (begin_of(period + n) - begin_of(period));
  }
  std::int64_t begin_of(wide period) const { return static_cast<std::int64_t>(period * nanoseconds_ / tokens_); }

  bool acquire_before(std::int64_t deadline, std::int64_t n, const std::stop_token& stop) {
    need(n);
    if (stop.stop_requested()) return false;
    std::int64_t now = elapsed();
    std::int64_t arrival = arrival_.load(std::memory_order_relaxed);
    std::int64_t next;
    do {
      next = advance(std::max(arrival, now), n);
      if (next - burst_ > now && next - burst_ > deadline) return false;
    } while (!arrival_.compare_exchange_weak(arrival, next, std::memory_order_relaxed));
    if (next - burst_ <= now || clock_.sleep_until(start_ + (next - burst_), stop)) return true;
    // Whoever has reserved behind us knows his time already; only the last in line can step back.
    arrival_.compare_exchange_strong(next, std::max(arrival, now), std::memory_order_relaxed);
    return false;
  }

  Clock clock_;
  std::int64_t tokens_;
  std::int64_t nanoseconds_;
  std::int64_t start_;
  std::int64_t burst_ = 0;  // in nanoseconds
  std::atomic<std::int64_t> arrival_{0};
};

using rate_limiter = basic_rate_limiter<>;

}  // namespace lockstep::sync
