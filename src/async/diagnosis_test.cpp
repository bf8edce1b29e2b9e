#include "lockstep/async/diagnosis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <stdexcept>

#include "lockstep/async/run.h"
#include "lockstep/async/scope.h"
#include "lockstep/async/shield.h"
#include "lockstep/async/time.h"
#include "lockstep/async/when_all.h"
#include "test_support.h"

namespace lockstep::async {
namespace {

using namespace std::chrono_literals;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

task<int> forgettable() { co_return 1; }

TEST(Diagnosis, ReportsAForgottenTask) {
  reports r;
  run([]() -> task<> {
    (void)forgettable();
    co_return;
  }());
  EXPECT_THAT(r.text(), HasSubstr("never awaited"));
  EXPECT_THAT(r.text(), HasSubstr("forgettable"));
  EXPECT_THAT(r.text(), HasSubstr("dropped here"));
}

TEST(Diagnosis, DoesNotReportATaskThatAnExceptionPassed) {
  reports r;
  auto throws = []() -> int { throw std::runtime_error("between"); };
  auto two = [](task<int> t, int x) -> task<int> { co_return x + co_await std::move(t); };
  EXPECT_THROW(run(two(forgettable(), throws())), std::runtime_error);
  EXPECT_THAT(r.text(), Not(HasSubstr("never awaited")));
}

task<> innermost() { co_await sleep_for(1h); }
task<> in_between() { co_await innermost(); }

/// Among the others there may be what the watchdog says of a busy machine.
bool told(const reports& r, const char* what) { return r.text().find(what) != std::string::npos; }

TEST(Diagnosis, DumpShowsTheChainOfAwaits) {
  EXPECT_EQ(dump(), "");
  run_virtual([]() -> task<> {
    co_await with_scope([](scope& s) -> task<> {
      s.spawn(in_between());
      co_await yield();
      std::string text = dump();
      EXPECT_THAT(text, HasSubstr("1 task waits"));
      EXPECT_THAT(text, ContainsRegex("sleeping for another 3[0-9]+ ms\n.*innermost.* at .*diagnosis_test.cpp:[0-9]+\n"
                                      ".*in_between.* at .*diagnosis_test.cpp:[0-9]+\n"));
      s.cancel();
    });
  }());
}

TEST(Diagnosis, ASignalPrintsTheDump) {
  reports r;
  dump_on_signal(SIGUSR1);
  run([](const reports& seen) -> task<> {
    co_await with_scope([&seen](scope& s) -> task<> {
      s.spawn(in_between());
      co_await yield();
      ::raise(SIGUSR1);
      while (!told(seen, "in_between")) co_await sleep_for(1ms);
      s.cancel();
    });
  }(r));
  ::signal(SIGUSR1, SIG_DFL);
  EXPECT_THAT(r.text(), HasSubstr("in_between"));
}

/// Waits for somebody who never comes.
struct never : internal::wait_node {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> h) noexcept {
    return enter(h.promise());
  }
  void await_resume() const { throw_if_cancelled(); }
  void cancel() noexcept override { wake(); }
  std::string describe() const override { return "waiting for Godot"; }
};

TEST(Diagnosis, EverythingWaits) {
  reports r;
  bool cleaned_up = false;
  EXPECT_THROW(run([](bool& clean) -> task<> {
                 try {
                   co_await when_all([]() -> task<> { co_await never{}; }(), []() -> task<> { co_await never{}; }());
                 } catch (const cancelled&) {
                   clean = true;
                   throw;
                 }
               }(cleaned_up)),
               deadlock_error);
  EXPECT_TRUE(cleaned_up);
  EXPECT_THAT(r.text(), HasSubstr("every task waits for another"));
  EXPECT_THAT(r.text(), HasSubstr("waiting for Godot"));
}

#ifdef LOCKSTEP_TEST_TSAN
// ThreadSanitizer delivers a signal only when its thread makes a call that it knows.
constexpr const char* kNoticed = "has been blocked for";
#else
constexpr const char* kNoticed = "blocks_the_loop";
#endif

[[gnu::noinline]] void blocks_the_loop(const reports& r) {
  // Until it is noticed: no fixed time.
  const std::size_t before = r.all().size();
  while (r.all().size() == before) {
  }
}

TEST(Diagnosis, TheWatchdogNamesWhatBlocksTheLoop) {
  reports r;
  run([](const reports& seen) -> task<> {
    // Again if the machine was so busy that the watchdog spoke of something else, or could not have the stack.
    while (!told(seen, kNoticed)) {
      co_await yield();
      blocks_the_loop(seen);
    }
  }(r));
  EXPECT_THAT(r.text(), HasSubstr("has been blocked for"));
  EXPECT_THAT(r.text(), HasSubstr(kNoticed));
}

}  // namespace
}  // namespace lockstep::async
