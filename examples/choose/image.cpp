// Work that computes: an image is blurred by one thread, by a pool, and by coroutines.
//
//     image [SIZE] [ROUNDS]
//
// Coroutines take turns on one processor: they make nothing quicker that computes, and while one computes, the loop
// serves nobody ("the loop stood still", measured by a task that wants to run every millisecond). What computes belongs
// on sync::thread_pool: by parallel_for, or, from a task, by to_thread.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "lockstep/async/run.h"
#include "lockstep/async/scope.h"
#include "lockstep/async/time.h"
#include "lockstep/async/to_thread.h"
#include "lockstep/async/when_all.h"
#include "lockstep/sync/parallel_for.h"
#include "lockstep/sync/thread_pool.h"

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;
namespace async = lockstep::async;

namespace {

constexpr int kRadius = 3;
constexpr int kStrips = 16;

struct image {
  explicit image(int n) : size(n), pixels(static_cast<std::size_t>(n) * static_cast<std::size_t>(n)) {}
  float& at(int x, int y) {
    return pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(size) + static_cast<std::size_t>(x)];
  }
  float at(int x, int y) const { return const_cast<image&>(*this).at(x, y); }
  int size;
  std::vector<float> pixels;
};

/// Rows from..to-1 of the blurred image.
void blur(const image& from, image& to, int first, int last) {
  for (int y = first; y < last; ++y) {
    for (int x = 0; x < from.size; ++x) {
      float sum = 0;
      int n = 0;
      for (int j = std::max(0, y - kRadius); j <= std::min(from.size - 1, y + kRadius); ++j) {
        for (int i = std::max(0, x - kRadius); i <= std::min(from.size - 1, x + kRadius); ++i, ++n)
          sum += from.at(i, j);
      }
      to.at(x, y) = sum / static_cast<float>(n);
    }
  }
}

double milliseconds_since(steady::time_point t) {
  return std::chrono::duration<double, std::milli>(steady::now() - t).count();
}

struct result {
  double milliseconds;
  double longest_pause;  ///< of the loop; -1: there was none
};

result timed(const std::function<void()>& work) {
  auto begin = steady::now();
  work();
  return {milliseconds_since(begin), -1};
}

/// Runs `work` on a loop, beside a task that wants a turn every millisecond; tells the longest time that it did not have
/// one.
result timed_on_a_loop(const std::function<async::task<>()>& work) {
  result r{0, 0};
  auto beat = [](double& most) -> async::task<> {
    for (auto last = steady::now();; last = steady::now()) {
      co_await async::sleep_for(1ms);
      most = std::max(most, milliseconds_since(last));
    }
  };
  auto both = [&](async::scope& s) -> async::task<> {
    s.spawn(beat(r.longest_pause));
    co_await async::yield();
    auto begin = steady::now();
    co_await work();
    r.milliseconds = milliseconds_since(begin);
    co_await async::sleep_for(2ms);  // the last pause counts
    s.cancel();
  };
  async::run(async::with_scope(both), {.watchdog = 0ms});
  return r;
}

}  // namespace

int main(int argc, char** argv) {
  int size = argc > 1 ? std::atoi(argv[1]) : 2048;
  int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  if (size < kStrips || rounds < 1) {
    std::fprintf(stderr, "image [SIZE] [ROUNDS]; SIZE is at least %d\n", kStrips);
    return 2;
  }
  image original(size);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) original.at(x, y) = static_cast<float>((x * 7919 + y * 104'729) % 256);
  }
  lockstep::sync::thread_pool pool;
  image blurred(size);
  auto strip = [&](int i) { blur(original, blurred, size * i / kStrips, size * (i + 1) / kStrips); };
  auto on_the_loop = [&strip](int i) -> async::task<> {
    strip(i);
    co_return;
  };
  auto on_the_pool = [&strip, &pool](int i) -> async::task<> {
    auto work = [&strip, i] { strip(i); };
    co_await async::to_thread(pool, work);
  };
  auto all_strips = [](auto& make) {
    return [&make]() -> async::task<> {
      std::vector<async::task<>> tasks;
      for (int i = 0; i < kStrips; ++i) tasks.push_back(make(i));
      co_await async::gather(std::move(tasks));
    };
  };
  struct contestant {
    const char* name;
    std::function<result()> run;
  };
  const contestant all[] = {
      {"one thread", [&] { return timed([&] { blur(original, blurred, 0, size); }); }},
      {"parallel_for on a pool", [&] { return timed([&] { lockstep::sync::parallel_for(pool, 0, kStrips, strip); }); }},
      {"coroutines on one loop", [&] { return timed_on_a_loop(all_strips(on_the_loop)); }},
      {"coroutines, to_thread(pool)", [&] { return timed_on_a_loop(all_strips(on_the_pool)); }},
  };
  std::printf("%d x %d pixels, %zu threads in the pool\n\n", size, size, pool.size());
  std::puts("| who | ms | of one thread's time | the loop stood still, ms |\n|---|---|---|---|");
  image expected(size);
  double alone = 0;
  for (const contestant& c : all) {
    std::vector<double> times;
    std::vector<double> pauses;
    for (int r = 0; r < rounds; ++r) {
      std::fill(blurred.pixels.begin(), blurred.pixels.end(), -1.0f);
      result one = c.run();
      times.push_back(one.milliseconds);
      pauses.push_back(one.longest_pause);
    }
    std::sort(times.begin(), times.end());
    std::sort(pauses.begin(), pauses.end());
    double median = times[times.size() / 2];
    double pause = pauses[pauses.size() / 2];
    if (alone == 0) {
      alone = median;
      expected.pixels = blurred.pixels;
    }
    if (blurred.pixels != expected.pixels) {
      std::fprintf(stderr, "%s: another image\n", c.name);
      return 1;
    }
    std::string still = pause < 0 ? "" : std::to_string(static_cast<int>(pause + 0.5));
    std::printf("| %s | %.1f | %.2f | %s |\n", c.name, median, median / alone, still.c_str());
  }
}
