// thread_pool, fork_join and parallel_for with real threads; tests/sync/check has what can be proved of them.
#include "lockstep/sync/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "lockstep/sync/fork_join.h"
#include "lockstep/sync/latch.h"
#include "lockstep/sync/parallel_for.h"

namespace lockstep::sync {
namespace {

using namespace std::chrono_literals;

TEST(ThreadPool, RunsAllThatWasPostedBeforeItIsGone) {
  std::atomic<int> runs{0};
  {
    thread_pool pool(3);
    for (int i = 0; i < 1000; ++i) {
      pool.post([&] {
        if (++runs % 2) pool.post([&] { ++runs; });
      });
    }
  }
  EXPECT_GE(runs, 1000);
}

TEST(ThreadPool, GivesResultsOfAllKindsAndExceptions) {
  thread_pool pool(2);
  int local = 1;
  EXPECT_EQ(pool.submit([] { return std::string("a"); }).get(), "a");
  EXPECT_EQ(&pool.submit([&]() -> int& { return local; }).get(), &local);
  pool.submit([&] { local = 2; }).get();
  EXPECT_EQ(local, 2);
  EXPECT_THROW(pool.submit([]() -> int { throw std::out_of_range("x"); }).get(), std::out_of_range);
}

TEST(ThreadPool, WaitsHaveDeadlinesAndStops) {
  thread_pool pool(1);
  latch go_on(1);
  auto result = pool.submit([&] { go_on.wait(); });
  EXPECT_FALSE(result.wait_for(1ms));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(result.wait(stop.get_token()));
  EXPECT_FALSE(result.ready());
  go_on.count_down();
  result.get();
}

// Each of a chain of functions waits for the next in a pool of one: whoever waits runs it.
TEST(ThreadPool, NestedWaitsHelp) {
  thread_pool pool(1);
  struct Chain {
    thread_pool& pool;
    int down(int n) {
      return n == 0 ? 0 : 1 + pool.submit([this, n] { return down(n - 1); }).get();
    }
  } c{pool};
  EXPECT_EQ(pool.submit([&] { return c.down(50); }).get(), 50);
}

TEST(ThreadPool, DestroyedByItsOwnThreadIsMisuse) {
  EXPECT_DEATH(
      {
        auto* pool = new thread_pool(1);
        pool->submit([&] { delete pool; }).get();
      },
      "thread_pool.*destroyed in one of its own threads");
}

long fib(thread_pool& pool, int n) {
  if (n < 2) return n;
  long a = 0;
  long b = 0;
  fork_join(
      pool, [&] { a = fib(pool, n - 1); }, [&] { b = fib(pool, n - 2); });
  return a + b;
}

TEST(ForkJoin, ComputesWhateverTheNumberOfWorkers) {
  for (std::size_t workers : {1, 2, 5}) {
    thread_pool pool(workers);
    EXPECT_EQ(fib(pool, 18), 2584);
  }
}

TEST(ForkJoin, DeepForksOutgrowTheRing) {
  thread_pool pool(2);
  struct Chain {
    thread_pool& pool;
    std::atomic<int> runs{0};
    void down(int n) {
      if (n == 0) return;
      fork_join(
          pool, [&] { down(n - 1); }, [&] { ++runs; });
    }
  } c{pool};
  c.down(2000);
  EXPECT_EQ(c.runs, 2000);
}

TEST(ForkJoin, ThrowsTheFirstInOrderWhenAllIsDone) {
  thread_pool pool(2);
  std::atomic<int> done{0};
  EXPECT_THROW(fork_join(
                   pool, [&] { ++done; }, [] { throw std::out_of_range("second"); }, [] { throw 3; }),
               std::out_of_range);
  EXPECT_EQ(done, 1);
}

TEST(ParallelFor, VisitsEachIndexOnce) {
  thread_pool pool(3);
  std::vector<std::atomic<int>> visits(10007);
  parallel_for(pool, std::size_t{0}, visits.size(), [&](std::size_t i) { ++visits[i]; });
  for (auto& n : visits) ASSERT_EQ(n, 1);
  parallel_for(pool, 5, 5, [](int) { FAIL(); });
  std::atomic<int> sum{0};
  parallel_for(
      pool, -10, 11, [&](int i) { sum += i; }, 1);
  EXPECT_EQ(sum, 0);
}

}  // namespace
}  // namespace lockstep::sync
