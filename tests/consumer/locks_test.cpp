// lockstep::sync in a test that calls the checker itself: inside, a lock is one step of the checker; outside, the lock
// of real threads.
#include <gtest/gtest.h>
#include <lockstep/check.h>
#include <lockstep/sync/mutex.h>

#include <mutex>
#include <thread>
#include <vector>

TEST(Locks, AreOneStepInside) {
  auto report = lockstep::check({}, [] {
    lockstep::sync::mutex m;
    int n = 0;
    auto add = [&] {
      std::lock_guard lock(m);
      ++n;
    };
    std::thread other(add);
    add();
    other.join();
  });
  EXPECT_TRUE(report.passed()) << report.text;
  EXPECT_EQ(report.executions, 2u);
}

TEST(Locks, ExcludeRealThreadsOutside) {
  lockstep::sync::mutex m;
  long n = 0;
  constexpr int kThreads = 4, kTimes = 100'000;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < kTimes; ++j) {
          std::lock_guard lock(m);
          ++n;
        }
      });
    }
  }
  EXPECT_EQ(n, kThreads * kTimes);
}
