// Scopes, when_all, when_any, timeouts, shields and cancellation, in virtual time.
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "lockstep/async/run.h"
#include "lockstep/async/scope.h"
#include "lockstep/async/shield.h"
#include "lockstep/async/time.h"
#include "lockstep/async/timeout.h"
#include "lockstep/async/when_all.h"
#include "lockstep/async/when_any.h"
#include "test_support.h"

namespace lockstep::async {
namespace {

using namespace std::chrono_literals;

task<int> after(std::chrono::milliseconds d, int value) {
  co_await sleep_for(d);
  co_return value;
}
task<int> fails_after(std::chrono::milliseconds d) {
  co_await sleep_for(d);
  throw std::runtime_error("failed");
}
/// Writes down how it ended.
task<> noted(std::chrono::milliseconds d, std::string& log, std::string name) {
  try {
    co_await sleep_for(d);
    log += name;
  } catch (const cancelled&) {
    log += "(" + name + ")";
    throw;
  }
}
template <class Exception, class T>
task<bool> throws(task<T> t) {
  try {
    co_await std::move(t);
  } catch (const Exception&) {
    co_return true;
  }
  co_return false;
}

TEST(Time, SleepsInOrderAndNotTooShort) {
  run_virtual([]() -> task<> {
    std::string log;
    auto start = now();
    co_await with_scope([&](scope& s) -> task<> {
      s.spawn(noted(3000ms, log, "c"));
      s.spawn(noted(1ms, log, "a"));
      s.spawn(noted(std::chrono::milliseconds(24h), log, "d"));
      s.spawn(noted(2000ms, log, "b"));
      co_return;
    });
    EXPECT_EQ(log, "abcd");
    EXPECT_GE(now() - start, 24h);
    EXPECT_LT(now() - start, 24h + 1s);
    co_await sleep_until(start);  // long past
    co_await sleep_for(-5s);
    co_await sleep_for(0s);
  }());
}

TEST(Time, ARealSleepTakesItsTime) {
  auto start = std::chrono::steady_clock::now();
  run([]() -> task<> { co_await sleep_for(5ms); }());
  EXPECT_GE(std::chrono::steady_clock::now() - start, 5ms);
}

TEST(Time, YieldLetsOthersRun) {
  run([]() -> task<> {
    std::string log;
    auto turns = [](std::string& l, char c) -> task<> {
      for (int i = 0; i < 3; ++i) {
        l += c;
        co_await yield();
      }
    };
    co_await with_scope([&](scope& s) -> task<> {
      s.spawn(turns(log, 'a'));
      s.spawn(turns(log, 'b'));
      co_return;
    });
    EXPECT_EQ(log, "ababab");
  }());
}

TEST(Scope, WaitsForAll) {
  run_virtual([]() -> task<> {
    std::string log;
    co_await with_scope([&](scope& s) -> task<> {
      s.spawn(noted(20ms, log, "b"));
      s.spawn(noted(10ms, log, "a"));
      EXPECT_EQ(s.running(), 2u);
      co_return;
    });
    EXPECT_EQ(log, "ab");
    co_await with_scope([](scope&) -> task<> { co_return; });
  }());
}

TEST(Scope, TheFirstErrorCancelsTheRestAndIsThrownAfterAllEnded) {
  run_virtual([]() -> task<> {
    std::string log;
    bool thrown = false;
    try {
      co_await with_scope([&](scope& s) -> task<> {
        s.spawn(noted(100ms, log, "late"));
        s.spawn(noted(1ms, log, "early"));
        s.spawn(fails_after(10ms));
        co_await noted(200ms, log, "body");
      });
    } catch (const std::runtime_error&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
    EXPECT_EQ(log, "early(body)(late)");
  }());
}

TEST(Scope, AnErrorOfTheBodyCancelsTheTasks) {
  run_virtual([]() -> task<> {
    std::string log;
    EXPECT_TRUE(co_await throws<std::runtime_error>(with_scope([&](scope& s) -> task<> {
      s.spawn(noted(100ms, log, "task"));
      co_await yield();
      throw std::runtime_error("body");
    })));
    EXPECT_EQ(log, "(task)");
  }());
}

TEST(Scope, CancelIsQuiet) {
  run_virtual([]() -> task<> {
    std::string log;
    co_await with_scope([&](scope& s) -> task<> {
      s.spawn(noted(100ms, log, "task"));
      co_await sleep_for(10ms);
      s.cancel();
      co_await noted(1ms, log, "body");
      ADD_FAILURE() << "the body was not cancelled";
    });
    EXPECT_EQ(log, "(body)(task)");
    co_await noted(1ms, log, "after");  // we ourselves are not cancelled
    EXPECT_EQ(log, "(body)(task)after");
  }());
}

TEST(Scope, ACancelledScopeStillStartsTasks) {
  run_virtual([]() -> task<> {
    std::string log;
    co_await with_scope([&](scope& s) -> task<> {
      s.cancel();
      s.spawn(noted(1ms, log, "task"));
      co_return;
    });
    EXPECT_EQ(log, "(task)");
  }());
}

TEST(Scope, SpawnFromATask) {
  run_virtual([]() -> task<> {
    int n = 0;
    struct tree {
      static task<> grow(scope& s, int& count, int depth) {
        ++count;
        co_await sleep_for(1ms);
        if (depth == 0) co_return;
        s.spawn(grow(s, count, depth - 1));
        s.spawn(grow(s, count, depth - 1));
      }
    };
    co_await with_scope([&](scope& s) -> task<> {
      s.spawn(tree::grow(s, n, 6));
      co_return;
    });
    EXPECT_EQ(n, 127);
  }());
}

TEST(WhenAll, GivesAllValues) {
  run_virtual([]() -> task<> {
    auto [a, b, c] = co_await when_all(
        after(20ms, 1), []() -> task<> { co_return; }(), after(10ms, 3));
    EXPECT_EQ(a, 1);
    EXPECT_EQ(b, std::monostate{});
    EXPECT_EQ(c, 3);
    std::vector<task<int>> tasks;
    tasks.reserve(10);
    for (int i = 0; i < 10; ++i) tasks.push_back(after(std::chrono::milliseconds(10 - i), i));
    auto start = now();
    std::vector<int> values = co_await gather(std::move(tasks));
    EXPECT_EQ(values, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
    EXPECT_LT(now() - start, 20ms);  // side by side
    EXPECT_TRUE((co_await gather(std::vector<task<int>>{})).empty());
    co_await gather(std::vector<task<>>{});
  }());
}

TEST(WhenAll, TheFirstErrorCancelsTheRest) {
  run_virtual([]() -> task<> {
    std::string log;
    EXPECT_TRUE(co_await throws<std::runtime_error>(when_all(noted(100ms, log, "other"), fails_after(10ms))));
    EXPECT_EQ(log, "(other)");
  }());
}

TEST(WhenAny, TheFirstWinsAndTheOthersHaveEnded) {
  run_virtual([]() -> task<> {
    std::string log;
    auto first = co_await when_any(after(20ms, 1), noted(10ms, log, "b"), noted(30ms, log, "c"));
    EXPECT_EQ(first.index(), 1u);
    EXPECT_EQ(log, "b(c)");
    std::vector<task<int>> tasks;
    tasks.push_back(after(30ms, 30));
    tasks.push_back(after(10ms, 10));
    auto [index, value] = co_await when_any(std::move(tasks));
    EXPECT_EQ(index, 1u);
    EXPECT_EQ(value, 10);
    EXPECT_TRUE(co_await throws<std::runtime_error>(when_any(after(20ms, 1), fails_after(10ms))));
    EXPECT_TRUE(co_await throws<std::invalid_argument>(when_any(std::vector<task<int>>{})));
  }());
}

TEST(Timeout, CancelsAndWaits) {
  run_virtual([]() -> task<> {
    std::string log;
    auto start = now();
    EXPECT_TRUE(co_await throws<timeout_error>(with_timeout(10ms, noted(1000ms, log, "slow"))));
    EXPECT_EQ(log, "(slow)");
    EXPECT_LT(now() - start, 20ms);
    EXPECT_EQ(co_await with_timeout(1000ms, after(10ms, 5)), 5);
    EXPECT_EQ(co_await with_deadline(now() + 1000ms, after(10ms, 6)), 6);
    EXPECT_TRUE(co_await throws<timeout_error>(with_deadline(now(), after(10ms, 6))));
    EXPECT_TRUE(co_await throws<std::runtime_error>(with_timeout(1000ms, fails_after(10ms))));
  }());
}

TEST(Timeout, ATaskThatTakesItsTimeToEndIsAwaited) {
  run_virtual([]() -> task<> {
    auto stubborn = []() -> task<> {
      try {
        co_await sleep_for(1h);
      } catch (const cancelled&) {
      }
      co_await shield([]() -> task<> { co_await sleep_for(50ms); }());
      throw cancelled{};
    };
    auto start = now();
    EXPECT_TRUE(co_await throws<timeout_error>(with_timeout(10ms, stubborn())));
    EXPECT_GE(now() - start, 60ms);
  }());
}

TEST(Timeout, OfNestedOnesTheOuterIsToldToTheOuter) {
  run_virtual([]() -> task<> {
    bool inner = false;
    auto nested = [](bool& flag) -> task<> {
      try {
        co_await with_timeout(1h, []() -> task<> { co_await sleep_for(2h); }());
      } catch (const timeout_error&) {
        flag = true;
      }
    };
    EXPECT_TRUE(co_await throws<timeout_error>(with_timeout(10ms, nested(inner))));
    EXPECT_FALSE(inner);
  }());
}

TEST(Shield, RunsToTheEnd) {
  run_virtual([]() -> task<> {
    std::string log;
    auto work = [](std::string& l) -> task<> {
      co_await shield(noted(50ms, l, "shielded"));
      EXPECT_TRUE(co_await is_cancelled());
      co_await noted(1ms, l, "after");
    };
    EXPECT_TRUE(co_await throws<timeout_error>(with_timeout(10ms, work(log))));
    EXPECT_EQ(log, "shielded(after)");
  }());
}

TEST(StopToken, FollowsTheContext) {
  run_virtual([]() -> task<> {
    std::stop_token mine = co_await stop_token();
    std::stop_token inner;
    bool called = false;
    auto work = [](std::stop_token& out, bool& flag) -> task<> {
      out = co_await stop_token();
      std::stop_callback callback(out, [&flag] { flag = true; });
      co_await sleep_for(1h);
    };
    EXPECT_TRUE(co_await throws<timeout_error>(with_timeout(1ms, work(inner, called))));
    EXPECT_TRUE(called);
    EXPECT_TRUE(inner.stop_requested());
    EXPECT_FALSE(mine.stop_requested());
  }());
}

TEST(StopToken, OfRunCancelsFromAnotherThread) {
  std::stop_source source;
  std::jthread other;
  EXPECT_THROW(run(
                   [](std::stop_source& s, std::jthread& t) -> task<> {
                     t = std::jthread([&s] { s.request_stop(); });
                     co_await sleep_for(1h);
                   }(source, other),
                   {.stop = source.get_token()}),
               cancelled);
  // And before it has begun.
  EXPECT_THROW(run([]() -> task<> { co_await sleep_for(1h); }(), {.stop = source.get_token()}), cancelled);
}

// Everything that can wait, cancelled at each of its steps: step n is the n-th time that it is suspended.
TEST(Cancellation, AtEverySuspensionPoint) {
  auto program = [](std::string& log) -> task<> {
    co_await noted(1ms, log, "a");
    co_await yield();
    auto [x, y] = co_await when_all(after(1ms, 1), after(2ms, 2));
    auto first = co_await when_any(after(1ms, x), after(2ms, y));
    EXPECT_EQ(first.index(), 0u);
    co_await with_timeout(10ms, noted(1ms, log, "b"));
    co_await with_scope([&](scope& s) -> task<> {
      s.spawn(noted(1ms, log, "c"));
      co_await noted(2ms, log, "d");
    });
    co_await sleep_for(1ms);
    log += "end";
  };
  int completed = 0;
  for (int step = 0; step < 30; ++step) {
    run_virtual([](auto p, int steps, int& done) -> task<> {
      std::string log;
      bool was_cancelled = false;
      co_await with_scope([&](scope& s) -> task<> {
        s.spawn([](auto body, std::string& l, bool& flag) -> task<> {
          try {
            co_await body(l);
          } catch (const cancelled&) {
            flag = true;
            throw;
          }
        }(p, log, was_cancelled));
        for (int i = 0; i < steps; ++i) co_await sleep_for(500us);
        s.cancel();
      });
      EXPECT_NE(was_cancelled, log.ends_with("end")) << "step " << steps << ": " << log;
      done += !was_cancelled;
    }(program, step, completed));
  }
  EXPECT_GT(completed, 0);
  EXPECT_LT(completed, 30);
}

}  // namespace
}  // namespace lockstep::async
