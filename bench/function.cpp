// What one execution of lockstep::check costs: store buffering as a function under test, and the whole cost of a
// passing check of a small one, the kind that a unit test does.
#include <lockstep/check.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <thread>
#include <vector>

namespace {

std::atomic<int> x, y;
int seen_by_first, seen_by_second;

void store_buffering() {
  std::thread first([] {
    x.store(1, std::memory_order_relaxed);
    seen_by_first = y.load(std::memory_order_relaxed);
  });
  std::thread second([] {
    y.store(1, std::memory_order_relaxed);
    seen_by_second = x.load(std::memory_order_relaxed);
  });
  first.join();
  second.join();
}

std::mutex mutex;
int counter;

void locked_increments() {
  auto increment = [] {
    std::lock_guard lock(mutex);
    ++counter;
  };
  std::thread other(increment);
  increment();
  other.join();
}

template <class Measure>
double median_of_five(Measure measure) {
  std::vector<double> values;
  for (int i = 0; i < 5; ++i) values.push_back(measure());
  std::sort(values.begin(), values.end());
  return values[2];
}

}  // namespace

int main() {
  lockstep::options random;
  random.mode = lockstep::mode::random;
  random.executions = 500000;
  const double rate = median_of_five([&] {
    auto report = lockstep::check(random, store_buffering);
    return static_cast<double>(report.executions) / report.seconds;
  });
  const double whole = median_of_five([] {
    const auto begun = std::chrono::steady_clock::now();
    lockstep::check({}, locked_increments);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  });
  std::printf("%-40s %10.0f executions/s\n", "lockstep::check --mode random", rate);
  std::printf("%-40s %10.0f microseconds\n", "a passing check of two locked increments", whole * 1e6);
}
