// LOCKSTEP_ASYNC_TRACE: a forgotten task is reported with the place where it was made. A program of its own, because the
// variable is read once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "lockstep/async/scope.h"
#include "lockstep/async/time.h"
#include "test_support.h"

namespace lockstep::async {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const int kSet = ::setenv("LOCKSTEP_ASYNC_TRACE", "1", 1);

task<int> forgettable(int n) { co_return n; }

[[gnu::noinline]] task<int> makes_a_task(int n) {
  task<int> t = forgettable(n);
  asm volatile("" ::: "memory");  // no tail call: this function is to be on the stack
  return t;
}
[[gnu::noinline]] void drops_a_task() {
  task<int> t = makes_a_task(1);
  asm volatile("" ::: "memory");
}

TEST(Trace, TellsWhereAForgottenTaskWasMade) {
  ASSERT_EQ(kSet, 0);
  reports r;
  run([]() -> task<> {
    drops_a_task();
    co_return;
  }());
  EXPECT_THAT(r.text(), HasSubstr("never awaited"));
  EXPECT_THAT(r.text(), HasSubstr("made here"));
  EXPECT_THAT(r.text(), HasSubstr("makes_a_task"));
  EXPECT_THAT(r.text(), Not(HasSubstr("dropped here")));
}

TEST(Trace, SaysNothingOfTasksThatAreAwaited) {
  reports r;
  int sum = run([]() -> task<int> {
    int n = 0;
    for (int i = 0; i < 1000; ++i) n += co_await makes_a_task(1);
    auto body = [](scope& s) -> task<> {
      for (int i = 0; i < 1000; ++i) s.spawn(makes_a_task(1));
      co_return;
    };
    co_await with_scope(body);
    co_return n;
  }());
  EXPECT_EQ(sum, 1000);
  // The watchdog may well have something to say: a busy machine blocks any loop.
  EXPECT_THAT(r.text(), Not(HasSubstr("never awaited")));
}

}  // namespace
}  // namespace lockstep::async
