// A test that calls the checker itself, inside GoogleTest.
#include <gtest/gtest.h>
#include <lockstep/check.h>

#include <atomic>
#include <cstdlib>
#include <thread>

TEST(Counter, AnAtomicIncrementIsNotLost) {
  auto report = lockstep::check({}, [] {
    std::atomic<int> counter = 0;
    std::thread other([&] { counter.fetch_add(1); });
    counter.fetch_add(1);
    other.join();
    if (counter != 2) std::abort();
  });
  EXPECT_EQ(report.verdict, "pass");
  EXPECT_TRUE(report.complete);
}

TEST(Counter, AnIncrementInTwoStepsIsLost) {
  auto report = lockstep::check({}, [] {
    std::atomic<int> counter = 0;
    auto increment = [&] { counter.store(counter.load() + 1); };
    std::thread other(increment);
    increment();
    other.join();
    if (counter != 2) std::abort();
  });
  EXPECT_EQ(report.verdict, "fail");
  ASSERT_EQ(report.bugs.size(), 1u);
}

void count_alone() {
  std::atomic<int> counter = 0;
  ++counter;
}

TEST(Counter, APlainFunctionCanBeChecked) { EXPECT_TRUE(lockstep::check({}, count_alone).passed()); }
