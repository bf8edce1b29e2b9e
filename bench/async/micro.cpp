// What the smallest steps cost: awaiting a child, starting a task, a timer that is set and cancelled, a message through
// a channel; beside Boost.Asio and libuv, in one process, round after round.
#include <malloc.h>
#include <uv.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "../sync/pairs.h"
#include "asio.h"
#include "lockstep/async/channel.h"
#include "lockstep/async/internal/timer_wheel.h"
#include "lockstep/async/run.h"
#include "lockstep/async/scope.h"
#include "lockstep/async/time.h"
#include "lockstep/async/when_all.h"

namespace {

namespace async = lockstep::async;
namespace asio = boost::asio;
using async::task;
using namespace std::chrono_literals;

constexpr int kTimes = 200'000;
const async::run_options kQuiet{.watchdog = 0ms};

template <class F>
double per(int n, F&& f) {
  double begin = bench::now_ns();
  f();
  return (bench::now_ns() - begin) / n;
}

// ---- Awaiting a child
[[gnu::noinline]] task<int> child(int x) { co_return x + 1; }
task<double> await_children() {
  int sum = 0;
  double begin = bench::now_ns();
  for (int i = 0; i < kTimes; ++i) sum += co_await child(i);
  double end = bench::now_ns();
  if (sum == 1) std::puts("");
  co_return (end - begin) / kTimes;
}

[[gnu::noinline]] asio::awaitable<int> asio_child(int x) { co_return x + 1; }
double asio_await() {
  double result = 0;
  asio::io_context context(1);
  asio::co_spawn(
      context,
      [&]() -> asio::awaitable<void> {
        int sum = 0;
        double begin = bench::now_ns();
        for (int i = 0; i < kTimes; ++i) sum += co_await asio_child(i);
        result = (bench::now_ns() - begin) / kTimes;
        if (sum == 1) std::puts("");
      },
      asio::detached);
  context.run();
  return result;
}

// ---- Starting a task, and its end
task<> nothing(int& n) {
  ++n;
  co_return;
}
task<double> spawn_tasks() {
  int n = 0;
  double begin = bench::now_ns();
  for (int round = 0; round < kTimes / 1000; ++round) {
    co_await async::with_scope([&](async::scope& s) -> task<> {
      for (int i = 0; i < 1000; ++i) s.spawn(nothing(n));
      co_return;
    });
  }
  co_return (bench::now_ns() - begin) / kTimes;
}
asio::awaitable<void> asio_nothing(int& n) {
  ++n;
  co_return;
}
double asio_spawn() {
  asio::io_context context(1);
  int n = 0;
  return per(kTimes, [&] {
    for (int round = 0; round < kTimes / 1000; ++round) {
      for (int i = 0; i < 1000; ++i) asio::co_spawn(context, asio_nothing(n), asio::detached);
      context.run();
      context.restart();
    }
  });
}

// ---- A timer that is set and cancelled, among a thousand others
struct idle_timer final : async::internal::timer {
  void fire() noexcept override {}
};
double wheel_timer() {
  async::internal::timer_wheel wheel(0);
  std::vector<idle_timer> others(1000);
  for (std::size_t i = 0; i < others.size(); ++i) wheel.insert(others[i], static_cast<std::int64_t>(i + 1) * 7'000'000);
  idle_timer t;
  return per(kTimes, [&] {
    for (int i = 0; i < kTimes; ++i) {
      wheel.insert(t, 30'000'000'000 + i);
      wheel.remove(t);
    }
  });
}
double asio_timer() {
  asio::io_context context(1);
  std::vector<asio::steady_timer> others;
  for (int i = 0; i < 1000; ++i) {
    others.emplace_back(context, std::chrono::milliseconds(7 * i + 100'000));
    others.back().async_wait([](auto) {});
  }
  asio::steady_timer t(context);
  return per(kTimes, [&] {
    for (int i = 0; i < kTimes; ++i) {
      t.expires_after(30s);
      t.async_wait([](auto) {});
      t.cancel();
      if (i % 100 == 0) context.poll();
    }
  });
}
double uv_timer() {
  uv_loop_t loop;
  uv_loop_init(&loop);
  std::vector<uv_timer_t> timers(1001);
  for (std::size_t i = 0; i < timers.size(); ++i) {
    uv_timer_init(&loop, &timers[i]);
    if (i != 0)
      uv_timer_start(
          &timers[i], [](uv_timer_t*) {}, 7 * i + 100'000, 0);
  }
  double result = per(kTimes, [&] {
    for (int i = 0; i < kTimes; ++i) {
      uv_timer_start(
          timers.data(), [](uv_timer_t*) {}, 30'000, 0);
      uv_timer_stop(timers.data());
    }
  });
  for (auto& t : timers) uv_close(reinterpret_cast<uv_handle_t*>(&t), nullptr);
  uv_run(&loop, UV_RUN_DEFAULT);
  uv_loop_close(&loop);
  return result;
}

// ---- A message through a channel with room for 64, from one task to another
task<double> channel_messages() {
  async::channel<int> c(64);
  auto produce = [](async::channel<int>& to) -> task<> {
    for (int i = 0; i < kTimes; ++i) co_await to.send(i);
    to.close();
  };
  auto consume = [](async::channel<int>& from) -> task<> {
    while (co_await from.receive()) {
    }
  };
  double begin = bench::now_ns();
  co_await async::when_all(produce(c), consume(c));
  co_return (bench::now_ns() - begin) / kTimes;
}

// ---- A yield: to the end of the ready queue and back
task<double> yields() {
  double begin = bench::now_ns();
  for (int i = 0; i < kTimes; ++i) co_await async::yield();
  co_return (bench::now_ns() - begin) / kTimes;
}
double asio_post() {
  double result = 0;
  asio::io_context context(1);
  asio::co_spawn(
      context,
      [&]() -> asio::awaitable<void> {
        double begin = bench::now_ns();
        for (int i = 0; i < kTimes; ++i) co_await asio::post(asio::use_awaitable);
        result = (bench::now_ns() - begin) / kTimes;
      },
      asio::detached);
  context.run();
  return result;
}

// ---- What a task that waits holds of the heap
task<int> parked_leaf(async::channel<int>& c) { co_return co_await c.receive() ? 1 : 0; }
task<int> parked_parent(async::channel<int>& c) { co_return co_await parked_leaf(c); }
task<> parked_sleeper() { co_await async::sleep_for(1h); }

template <class F>
task<double> bytes_each(F make) {
  constexpr int kTasks = 10'000;
  double bytes = 0;
  auto measure = [&](async::scope& s) -> task<> {
    for (int i = 0; i < 2 * kTasks; ++i) s.spawn(parked_sleeper());  // the ready queue is as large as it will be
    co_await async::yield();
    co_await async::yield();
    std::size_t before = ::mallinfo2().uordblks;
    for (int i = 0; i < kTasks; ++i) s.spawn(make());
    co_await async::yield();
    co_await async::yield();
    bytes = static_cast<double>(::mallinfo2().uordblks - before) / kTasks;
    s.cancel();
  };
  co_await async::with_scope(measure);
  co_return bytes;
}
void tell_sizes() {
  async::channel<int> c(1);
  double leaf = async::run(bytes_each([&] { return parked_leaf(c); }), kQuiet);
  double both = async::run(bytes_each([&] { return parked_parent(c); }), kQuiet);
  double sleeper = async::run(bytes_each([] { return parked_sleeper(); }), kQuiet);
  std::puts("\n| a task that waits for | bytes of the heap |\n|---|---|");
  std::printf("| a child task | %.0f |\n| a channel | %.0f |\n| a timer | %.0f |\n\n", both - leaf, leaf, sleeper);
}

}  // namespace

int main(int argc, char** argv) {
  int rounds = argc > 1 ? std::atoi(argv[1]) : 11;
  std::puts("| what | who | ns | ours / its | cache line's round trip |\n|---|---|---|---|---|");
  bench::compare("await a child task",
                 {{"lockstep", [] { return async::run(await_children(), kQuiet); }}, {"Asio", asio_await}}, rounds);
  bench::compare("start a task, to its end",
                 {{"lockstep", [] { return async::run(spawn_tasks(), kQuiet); }}, {"Asio", asio_spawn}}, rounds);
  bench::compare("set and cancel a timer, among 1,000",
                 {{"lockstep", wheel_timer}, {"Asio", asio_timer}, {"libuv", uv_timer}}, rounds);
  bench::compare("a message through a channel", {{"lockstep", [] { return async::run(channel_messages(), kQuiet); }}},
                 rounds);
  bench::compare("yield", {{"lockstep", [] { return async::run(yields(), kQuiet); }}, {"Asio (post)", asio_post}},
                 rounds);
  tell_sizes();
}
