#include "lockstep/async/task.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "lockstep/async/generator.h"
#include "lockstep/async/run.h"
#include "lockstep/async/time.h"
#include "test_support.h"

namespace lockstep::async {
namespace {

task<int> twice(int x) { co_return 2 * x; }
task<std::string> text(std::string s) { co_return s + "!"; }
task<std::unique_ptr<int>> only_moved() { co_return std::make_unique<int>(7); }
task<int&> reference(int& x) { co_return x; }
task<> nothing() { co_return; }
task<int> throws() {
  throw std::runtime_error("on purpose");
  co_return 1;
}

TEST(Task, GivesItsValue) {
  EXPECT_EQ(run(twice(21)), 42);
  EXPECT_EQ(run(text("hello")), "hello!");
  EXPECT_EQ(*run(only_moved()), 7);
  run(nothing());
  int x = 1;
  EXPECT_EQ(&run(reference(x)), &x);
}

TEST(Task, ThrowsItsException) {
  EXPECT_THROW(run(throws()), std::runtime_error);
  EXPECT_EQ(run([]() -> task<int> {
              try {
                co_return co_await throws();
              } catch (const std::runtime_error&) {
              }
              co_return co_await twice(3);
            }()),
            6);
}

TEST(Task, IsLazy) {
  bool started = false;
  auto lazy = [](bool& flag) -> task<> {
    flag = true;
    co_return;
  };
  run([](auto f, bool& flag) -> task<> {
    task<> t = f(flag);
    EXPECT_FALSE(flag);
    co_await std::move(t);
    EXPECT_TRUE(flag);
  }(lazy, started));
}

struct counted {
  explicit counted(int& n) : alive(&n) { ++*alive; }
  counted(const counted& other) : alive(other.alive) { ++*alive; }
  counted(counted&& other) noexcept : alive(other.alive) { ++*alive; }
  ~counted() { --*alive; }
  int* alive;
};

TEST(Task, DestroysWhatItHolds) {
  int alive = 0;
  run([](int& n) -> task<> {
    auto make = [](int& m) -> task<counted> {
      counted local(m);
      co_await yield();
      co_return local;
    };
    auto pass = [](counted c) -> task<> {
      EXPECT_GE(*c.alive, 1);
      co_return;
    };
    counted c = co_await make(n);
    EXPECT_EQ(n, 1);
    co_await pass(c);
    EXPECT_EQ(n, 1);
    co_await pass(co_await make(n));
    EXPECT_EQ(n, 1);
  }(alive));
  EXPECT_EQ(alive, 0);
}

// The stack does not grow with the number of awaits, one after the other…
TEST(Task, AMillionAwaitsAreFlat) {
  EXPECT_EQ(run([]() -> task<long> {
              long sum = 0;
              for (int i = 0; i < 1'000'000; ++i) sum += co_await twice(i);
              co_return sum;
            }()),
            999'999'000'000L);
}

// … nor with their depth.
task<int> deep(int n) {
  if (n == 0) co_return 0;
  co_return 1 + co_await deep(n - 1);
}
TEST(Task, AHundredThousandNestedAwaitsAreFlat) { EXPECT_EQ(run(deep(100'000)), 100'000); }

TEST(Task, AThreadHasOneLoop) {
  run([]() -> task<> {
    EXPECT_THROW(run(nothing()), std::logic_error);
    co_return;
  }());
}

TEST(Task, EachThreadHasItsOwnLoop) {
  std::vector<std::thread> threads;
  threads.reserve(4);
  std::atomic<int> sum = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&sum, i] {
      sum += run([](int n) -> task<int> {
        auto here = std::this_thread::get_id();
        co_await yield();
        EXPECT_EQ(std::this_thread::get_id(), here);
        co_return co_await twice(n);
      }(i));
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_EQ(sum, 12);
}

// An awaitable of another library, which resumes on a thread of its own, brings the task back to its loop.
struct elsewhere {
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> h) {
    thread = std::jthread([h] { h.resume(); });
  }
  std::thread::id await_resume() { return std::this_thread::get_id(); }
  std::jthread thread;
};
TEST(Task, ForeignAwaitablesResumeOnTheLoop) {
  run([]() -> task<> {
    auto here = std::this_thread::get_id();
    elsewhere other;
    auto there = co_await other;
    EXPECT_NE(there, here);
    EXPECT_EQ(std::this_thread::get_id(), here);
    co_await std::suspend_never{};
  }());
}

generator<int> count_to(int n) {
  for (int i = 1; i <= n; ++i) co_yield i;
}
generator<int> count_and_throw() {
  co_yield 1;
  throw std::runtime_error("on purpose");
}
TEST(Generator, Yields) {
  int sum = 0;
  for (int i : count_to(4)) sum += i;
  EXPECT_EQ(sum, 10);
  for (int i : count_to(0)) FAIL() << i;
  auto dropped = count_to(3);
  EXPECT_EQ(*dropped.begin(), 1);
}
TEST(Generator, Throws) {
  int seen = 0;
  EXPECT_THROW(
      {
        for (int i : count_and_throw()) seen += i;
      },
      std::runtime_error);
  EXPECT_EQ(seen, 1);
}

async_generator<std::string> slowly(int n) {
  for (int i = 0; i < n; ++i) {
    co_await sleep_for(std::chrono::hours(1));
    co_yield std::to_string(i);
  }
}
TEST(AsyncGenerator, WaitsBetweenElements) {
  run_virtual([]() -> task<> {
    auto start = now();
    std::string all;
    auto g = slowly(3);
    while (std::string* s = co_await g.next()) all += *s;
    EXPECT_EQ(all, "012");
    EXPECT_EQ(co_await g.next(), nullptr);
    EXPECT_GE(now() - start, std::chrono::hours(3));
  }());
}
async_generator<int> fails_after_one() {
  co_yield 1;
  throw std::runtime_error("on purpose");
}
TEST(AsyncGenerator, ThrowsAndEnds) {
  run([]() -> task<> {
    auto g = fails_after_one();
    EXPECT_EQ(*co_await g.next(), 1);
    bool thrown = false;
    try {
      co_await g.next();
    } catch (const std::runtime_error&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
    EXPECT_EQ(co_await g.next(), nullptr);
    auto dropped = fails_after_one();
    co_await dropped.next();
  }());
}

}  // namespace
}  // namespace lockstep::async
