// seqlock, counter, rate_limiter, hazard_pointer, rcu_domain, latch, barrier, once and lazy with real threads;
// tests/sync/check has their proofs.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "lockstep/sync/barrier.h"
#include "lockstep/sync/counter.h"
#include "lockstep/sync/hazard_pointer.h"
#include "lockstep/sync/latch.h"
#include "lockstep/sync/once.h"
#include "lockstep/sync/rate_limiter.h"
#include "lockstep/sync/rcu.h"
#include "lockstep/sync/seqlock.h"

namespace lockstep::sync {
namespace {

using namespace std::chrono_literals;

struct ThrowsMisuse {
  ThrowsMisuse() : before(set_misuse_handler([](const misuse& m) { throw std::runtime_error(m.message); })) {}
  ~ThrowsMisuse() { set_misuse_handler(before); }
  misuse_handler before;
};

TEST(Seqlock, ReadersSeeWholeValues) {
  struct Value {
    int a = 0;
    char odd_size[13] = {};
    int b = 0;
  };
  seqlock<Value> lock;
  std::atomic<bool> torn{false};
  {
    std::vector<std::jthread> threads;
    threads.reserve(8);
    for (int t = 0; t < 2; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 20000; ++i) lock.update([](Value& v) { v.b = ++v.a; });
      });
    }
    threads.emplace_back([&] {
      for (int i = 0; i < 20000; ++i) {
        Value v = lock.load();
        if (v.a != v.b) torn = true;
        if (auto w = lock.try_load(); w && (w->a != w->b || w->a < v.a)) torn = true;
      }
    });
  }
  EXPECT_FALSE(torn);
  EXPECT_EQ(lock.load().a, 40000);
  EXPECT_EQ(lock.version(), 40000U);
  EXPECT_THROW(lock.update([](Value&) { throw 1; }), int);
  EXPECT_EQ(lock.load().b, 40000);
}

TEST(Counter, CountsAllOfManyThreads) {
  counter c(5);
  {
    std::vector<std::jthread> threads;
    threads.reserve(40);
    for (int t = 0; t < 40; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 5000; ++i) c.add();
        c.sub(7);
      });
    }
  }
  EXPECT_EQ(c.value(), 5 + 40 * (5000 - 7));
}

struct ManualTime {
  std::int64_t* time;
  std::int64_t now() const { return *time; }
  bool sleep_until(std::int64_t t, const std::stop_token& stop) const {
    if (stop.stop_possible()) return false;
    *time = std::max(*time, t);
    return true;
  }
};

TEST(RateLimiter, GrantsABurstAndThenTheRate) {
  std::int64_t time = 1000;
  basic_rate_limiter<ManualTime> limiter(rate(10, 1s), 3, {&time});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limiter.try_acquire());
  EXPECT_FALSE(limiter.try_acquire());
  EXPECT_EQ(limiter.time_to(), 100ms);
  time += 99'999'999;
  EXPECT_FALSE(limiter.try_acquire());
  time += 1;
  EXPECT_TRUE(limiter.try_acquire());
  time += 3'600'000'000'000;
  EXPECT_FALSE(limiter.try_acquire(4));
  EXPECT_EQ(limiter.time_to(4), std::chrono::nanoseconds::max());
  EXPECT_TRUE(limiter.try_acquire(3));
}

// A rate of which the period is no whole number of nanoseconds, a million tokens long: the clock shows what real
// arithmetic says.
TEST(RateLimiter, DoesNotDrift) {
  std::int64_t time = 12345;
  basic_rate_limiter<ManualTime> limiter(rate(7, 1us), 1, {&time});
  constexpr std::int64_t kTokens = 1'000'000;
  for (std::int64_t i = 0; i < kTokens; ++i) limiter.acquire();
  std::int64_t exact = (kTokens - 1) * 1000 / 7;
  EXPECT_NEAR(static_cast<double>(time - 12345), static_cast<double>(exact), 2.0);
}

TEST(RateLimiter, RefusesAtOnceWhatComesTooLateAndGivesBackWhatIsStopped) {
  std::int64_t time = 0;
  basic_rate_limiter<ManualTime> limiter(rate(1, 1s), 1, {&time});
  EXPECT_TRUE(limiter.try_acquire());
  EXPECT_FALSE(limiter.acquire_for(999ms));
  EXPECT_EQ(limiter.time_to(), 1s);
  std::stop_source stop;
  EXPECT_FALSE(limiter.acquire(stop.get_token()));
  EXPECT_EQ(limiter.time_to(), 1s);
  EXPECT_TRUE(limiter.acquire_for(1s));
  EXPECT_EQ(time, 1'000'000'000);
  limiter.acquire(5);  // more than the burst: the wait is the longer
  EXPECT_EQ(time, 6'000'000'000);
}

TEST(RateLimiter, RefusesNonsense) {
  EXPECT_THROW(rate(0, 1s), std::invalid_argument);
  EXPECT_THROW(rate(1, 1ns), std::invalid_argument);
  EXPECT_THROW(rate::per_second(0), std::invalid_argument);
  EXPECT_THROW(rate_limiter(rate::per_second(1), 0), std::invalid_argument);
  EXPECT_EQ(rate::per_second(2.5).tokens(), 1);
  EXPECT_EQ(rate::per_second(2.5).nanoseconds(), 400'000'000);
}

struct Tracked : hazard_pointer_obj_base<Tracked> {
  explicit Tracked(std::atomic<int>& n) : alive(n) { ++alive; }
  ~Tracked() {
    value = -1;
    --alive;
  }
  std::atomic<int>& alive;
  int value = 1;
};

TEST(HazardPointer, FreesAllAndNothingInUse) {
  std::atomic<int> alive{0};
  std::atomic<bool> freed_early{false};
  {
    hazard_pointer_domain domain;
    std::atomic<Tracked*> current{new Tracked(alive)};
    {
      std::vector<std::jthread> threads;
      threads.reserve(8);
      for (int t = 0; t < 3; ++t) {
        threads.emplace_back([&] {
          hazard_pointer h = make_hazard_pointer(domain);
          for (int i = 0; i < 5000; ++i) {
            if (h.protect(current)->value != 1) freed_early = true;
          }
        });
      }
      for (int i = 0; i < 5000; ++i) current.exchange(new Tracked(alive))->retire(domain);
      EXPECT_LE(domain.waiting(), hazard_pointer_domain::kThreshold + 2 * 3 + 1);
    }
    domain.reclaim();
    EXPECT_EQ(domain.waiting(), 0U);
    EXPECT_EQ(alive, 1);
    delete current.load();
  }
  EXPECT_FALSE(freed_early);
  EXPECT_EQ(alive, 0);
}

TEST(Rcu, FreesAllAndNothingInUse) {
  std::atomic<bool> freed_early{false};
  struct Value {
    ~Value() { n = -1; }
    std::atomic<int> n{1};
  };
  rcu_domain domain;
  std::atomic<Value*> current{new Value};
  {
    std::atomic<bool> end{false};
    std::vector<std::jthread> readers;
    readers.reserve(8);
    for (int t = 0; t < 2; ++t) {
      readers.emplace_back([&] {
        while (!end) {
          std::scoped_lock outer(domain);
          std::scoped_lock inner(domain);
          if (current.load(std::memory_order_acquire)->n != 1) freed_early = true;
        }
      });
    }
    for (int i = 0; i < 500; ++i) domain.retire(current.exchange(new Value, std::memory_order_acq_rel));
    domain.barrier();
    EXPECT_EQ(domain.waiting(), 0U);
    end = true;
  }
  EXPECT_FALSE(freed_early);
  delete current.load();
}

TEST(Rcu, SynchronizeInsideASectionIsMisuse) {
  ThrowsMisuse handler;
  rcu_domain domain;
  std::scoped_lock reading(domain);
  EXPECT_THROW(domain.synchronize(), std::runtime_error);
}

TEST(Latch, OpensForAllAndTimesOut) {
  latch l(3);
  EXPECT_FALSE(l.wait_for(1ms));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(l.wait(stop.get_token()));
  std::atomic<int> before{0};
  std::vector<std::jthread> threads;
  threads.reserve(8);
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      ++before;
      l.arrive_and_wait();
      EXPECT_EQ(before, 3);
    });
  }
  l.wait();
  EXPECT_TRUE(l.try_wait());
  ThrowsMisuse handler;
  EXPECT_THROW(l.count_down(), std::runtime_error);
  EXPECT_TRUE(l.try_wait());
}

TEST(Barrier, KeepsPhasesApartAndCompletesEachOnce) {
  constexpr int kThreads = 6;
  constexpr int kPhases = 300;
  int completed = 0;
  std::atomic<bool> apart{true};
  barrier b(kThreads, [&]() noexcept { ++completed; });
  {
    std::vector<std::jthread> threads;
    threads.reserve(8);
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 1; i <= (t == 0 ? kPhases / 2 : kPhases); ++i) {
          if (t == 0 && i == kPhases / 2) return b.arrive_and_drop();
          b.arrive_and_wait();
          if (completed != i) apart = false;  // nobody can be a phase ahead
        }
      });
    }
  }
  EXPECT_EQ(completed, kPhases);
  EXPECT_TRUE(apart);
}

TEST(Barrier, ALateWaitHasArrivedAndMayWaitAgain) {
  barrier b(2);
  auto phase = b.arrive();
  EXPECT_FALSE(b.wait_for(phase, 1ms));
  std::jthread other([&] { b.arrive_and_wait(); });
  b.wait(phase);
}

TEST(Once, RunsOnceAndAgainAfterAnException) {
  once o;
  int runs = 0;
  EXPECT_THROW(o.call([&] {
    ++runs;
    throw 1;
  }),
               int);
  EXPECT_FALSE(o.done());
  {
    std::vector<std::jthread> threads;
    threads.reserve(8);
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&] {
        o.call([&] { ++runs; });
        EXPECT_EQ(runs, 2);
      });
    }
  }
  EXPECT_TRUE(o.done());
}

TEST(Once, CallingItselfIsMisuseNotADeadlock) {
  ThrowsMisuse handler;
  once o;
  EXPECT_THROW(o.call([&] { o.call([] {}); }), std::runtime_error);
}

TEST(Once, AWaitForTheRunnerTimesOut) {
  once o;
  latch running(1);
  latch go_on(1);
  std::jthread runner([&] {
    o.call([&] {
      running.count_down();
      go_on.wait();
    });
  });
  running.wait();
  EXPECT_FALSE(o.call_for(1ms, [] {}));
  go_on.count_down();
  o.call([] { FAIL(); });
}

TEST(Lazy, IsMadeByTheFirstWhoAsksAndDestroyedOnce) {
  auto shared = std::make_shared<int>(7);
  {
    lazy value([&] { return shared; });
    EXPECT_EQ(value.peek(), nullptr);
    EXPECT_EQ(shared.use_count(), 1);
    EXPECT_EQ(**value, 7);
    EXPECT_EQ(**value.peek(), 7);
    EXPECT_EQ(shared.use_count(), 2);
  }
  EXPECT_EQ(shared.use_count(), 1);
}

}  // namespace
}  // namespace lockstep::sync
