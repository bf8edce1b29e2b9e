// Comparing on a machine that is never quiet: all contestants run one after another in one process, round after round;
// what is reported is the median of each and the median of the ratios within a round. Beside each round the time that a
// cache line takes to another processor and back is probed, since that is what contended results depend on.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace bench {

inline double now_ns() {
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

inline double median(std::vector<double> v) {
  std::sort(v.begin(), v.end());
  return v.empty() ? 0 : v[v.size() / 2];
}

/// Nanoseconds for a cache line to another thread and back.
inline double line_round_trip() {
  alignas(64) static std::atomic<int> turn;
  constexpr int kTrips = 20'000;
  turn = 0;
  std::thread other([] {
    for (int i = 0; i < kTrips; ++i) {
      while (turn.load(std::memory_order_acquire) != 2 * i + 1) {
      }
      turn.store(2 * i + 2, std::memory_order_release);
    }
  });
  double begin = now_ns();
  for (int i = 0; i < kTrips; ++i) {
    turn.store(2 * i + 1, std::memory_order_release);
    while (turn.load(std::memory_order_acquire) != 2 * i + 2) {
    }
  }
  double end = now_ns();
  other.join();
  return (end - begin) / kTrips;
}

struct contestant {
  std::string name;
  std::function<double()> run;  ///< nanoseconds for one operation
};

/// Empty, or what a row or a contestant must have in its name to be run; the first contestant always is.
inline std::string only;

/// Runs all, `rounds` times; the first is ours. Prints a row for each: median, median of ours / its, the round trip.
inline void compare(const char* what, std::vector<contestant> all, int rounds) {
  if (std::string(what).find(only) == std::string::npos) {
    auto named = [](const contestant& c) { return c.name.find(only) != std::string::npos; };
    if (std::none_of(all.begin(), all.end(), named)) return;
    all.erase(std::remove_if(all.begin() + 1, all.end(), [&](const contestant& c) { return !named(c); }), all.end());
  }
  std::vector<std::vector<double>> times(all.size());
  std::vector<double> trips;
  for (int r = -1; r < rounds; ++r) {  // round -1 warms up
    double trip = line_round_trip();
    if (r >= 0) trips.push_back(trip);
    for (std::size_t i = 0; i < all.size(); ++i) {
      double ns = all[i].run();
      if (r >= 0) times[i].push_back(ns);
    }
  }
  double trip = median(trips);
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::vector<double> ratios;
    for (std::size_t r = 0; r < times[i].size(); ++r) ratios.push_back(times[0][r] / times[i][r]);
    std::printf("| %s | %s | %.1f | %.2f | %.0f |\n", what, all[i].name.c_str(), median(times[i]), median(ratios),
                trip);
  }
  std::fflush(stdout);
}

}  // namespace bench
