// N fetches of one URL: fetch [--threads] URL [N [AT_ONCE]]. By coroutines on one thread, or with --threads by AT_ONCE
// threads, each of which waits for its own answer. Prints what it took.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include "lockstep/async/http_client.h"
#include "lockstep/async/run.h"
#include "lockstep/async/when_all.h"

using namespace lockstep::async;

namespace {

struct result {
  unsigned long good = 0;
  unsigned long bad = 0;
  unsigned long bytes = 0;
};

/// One after the other, until `left` is used up.
task<> fetch_some(http::client& c, std::string url, int& left, result& all) {
  while (left > 0) {
    --left;
    try {
      http::response r = co_await c.fetch(url);
      ++(r.status < 400 ? all.good : all.bad);
      all.bytes += r.body.size();
    } catch (const http::error& e) {
      if (all.bad++ == 0) std::fprintf(stderr, "%s\n", e.what());
    }
  }
}

task<result> by_coroutines(std::string url, int n, int at_once) {
  http::client_options options;
  options.max_connections = static_cast<std::size_t>(at_once);
  options.max_idle = options.max_connections;
  http::client c(options);
  result all;
  std::vector<task<>> tasks;
  for (int i = 0; i < at_once; ++i) tasks.push_back(fetch_some(c, url, n, all));
  co_await gather(std::move(tasks));
  co_return all;
}

/// The same with a thread for each that waits: a client of its own, which its thread blocks on.
result by_threads(const std::string& url, int n, int at_once) {
  std::vector<result> results(static_cast<std::size_t>(at_once));
  std::vector<std::jthread> threads;
  for (int i = 0; i < at_once; ++i) {
    int share = n / at_once + (i < n % at_once ? 1 : 0);
    threads.emplace_back(
        [&url, &results, i, share] { results[static_cast<std::size_t>(i)] = run(by_coroutines(url, share, 1)); });
  }
  threads.clear();
  result all;
  for (const result& r : results) {
    all.good += r.good;
    all.bad += r.bad;
    all.bytes += r.bytes;
  }
  return all;
}

double cpu_seconds() {
  rusage u{};
  ::getrusage(RUSAGE_SELF, &u);
  auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6; };
  return seconds(u.ru_utime) + seconds(u.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  bool threads = argc > 1 && std::strcmp(argv[1], "--threads") == 0;
  int first = threads ? 2 : 1;
  if (argc <= first || argc > first + 3) {
    std::fprintf(stderr, "usage: %s [--threads] URL [N [AT_ONCE]]\n", argv[0]);
    return 2;
  }
  std::string url = argv[first];
  int n = argc > first + 1 ? std::atoi(argv[first + 1]) : 1;
  int at_once = argc > first + 2 ? std::atoi(argv[first + 2]) : 50;
  if (n < 1 || at_once < 1) {
    std::fprintf(stderr, "%s: N and AT_ONCE are at least 1\n", argv[0]);
    return 2;
  }
  try {
    auto begin = std::chrono::steady_clock::now();
    double cpu = cpu_seconds();
    result r = threads ? by_threads(url, n, at_once) : run(by_coroutines(url, n, at_once));
    std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
    cpu = cpu_seconds() - cpu;
    std::printf("%lu good, %lu bad, %lu bytes: %.3f s, CPU %.1f us a fetch\n", r.good, r.bad, r.bytes, wall.count(),
                cpu * 1e6 / n);
    return r.bad == 0 ? 0 : 1;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s: %s\n", argv[0], e.what());
    return 1;
  }
}
