// semaphore, event and condition with real threads and coroutines.
#include <gmock/gmock.h>

#include <coroutine>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "lockstep/sync/condition.h"
#include "lockstep/sync/event.h"
#include "lockstep/sync/guarded.h"
#include "lockstep/sync/mutex.h"
#include "lockstep/sync/semaphore.h"
#include "lockstep/sync/shared_mutex.h"
#include "lockstep/sync/wait_graph.h"
#include "sync/test_support.h"

namespace lockstep::sync {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Semaphore, AdmitsNoMoreThanItsPermits) {
  semaphore s(3);
  std::atomic<int> inside = 0, most = 0;
  std::vector<std::jthread> threads;
  threads.reserve(16);
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 500; ++j) {
        s.acquire();
        int now = ++inside;
        for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
        }
        --inside;
        s.release();
      }
    });
  }
  threads.clear();
  EXPECT_LE(most, 3);
  EXPECT_EQ(s.permits(), 3);
}

TEST(Semaphore, LosesNoPermitWhenWaitsAreCutShort) {
  semaphore s(0);
  std::atomic<int> got = 0;
  constexpr int kPermits = 2000;
  {
    std::vector<std::jthread> takers;
    takers.reserve(6);
    for (int i = 0; i < 6; ++i) {
      takers.emplace_back([&, i](const std::stop_token& stop) {
        while (!stop.stop_requested()) got += s.try_acquire_for(std::chrono::microseconds(10 * i), stop);
      });
    }
    for (int i = 0; i < kPermits; ++i) s.release();
  }
  EXPECT_EQ(got + s.permits(), kPermits);
}

class Signals : public MisuseThrows {};

TEST_F(Signals, TooManyPermitsAreMisuse) {
  binary_semaphore s(1);
  EXPECT_THAT(misuse_of([&] { s.release(); }), HasSubstr("released more often"));
  EXPECT_THAT(misuse_of([&] { s.release(-1); }), HasSubstr("not between 0"));
  EXPECT_THAT(misuse_of([] { semaphore negative(-1); }), HasSubstr("not between 0"));
  EXPECT_EQ(s.permits(), 1);
}

/// Ends a primitive on which a thread waits: dies.
template <class T, class Wait>
void end_while_waited_on(T* primitive, Wait wait) {
  std::thread([=] { wait(*primitive); }).detach();
  auto waited_on = [=] {
    for (const auto& t : wait_graph::now().threads) {
      for (const auto& p : t.waits) {
        if (p.object == primitive) return true;
      }
    }
    return false;
  };
  while (!waited_on()) std::this_thread::yield();
  delete primitive;
}

TEST(SignalsDeath, EndingWhatSomebodyWaitsForIsMisuse) {
  EXPECT_DEATH(end_while_waited_on(new semaphore(0, "permits"), [](semaphore& s) { s.acquire(); }),
               "semaphore `permits` .*destroyed while somebody waits .*\nstack");
  EXPECT_DEATH(end_while_waited_on(new event("ready"), [](event& e) { e.wait(); }),
               "event `ready` .*destroyed while somebody waits\nstack");
  EXPECT_DEATH(end_while_waited_on(new condition("changed"),
                                   [](condition& c) {
                                     mutex m;
                                     std::unique_lock lock(m);
                                     c.wait(lock);
                                   }),
               "condition `changed` .*destroyed while somebody waits\nstack");
}

TEST(Event, ManualStaysSetUntilReset) {
  event e;
  EXPECT_FALSE(e.try_wait());
  EXPECT_FALSE(e.wait_for(1ms));
  e.set();
  e.wait();
  EXPECT_TRUE(e.is_set());
  e.reset();
  EXPECT_FALSE(e.try_wait());
}

TEST(Event, AutoLetsOneThroughForEachSet) {
  auto_reset_event ping, pong;
  std::jthread other([&] {
    for (int i = 0; i < 2000; ++i) {
      ping.wait();
      pong.set();
    }
  });
  for (int i = 0; i < 2000; ++i) {
    ping.set();
    pong.wait();
  }
  EXPECT_FALSE(ping.try_wait());
  EXPECT_FALSE(pong.try_wait());
}

TEST(Condition, ABoundedQueueDeliversAll) {
  mutex m;
  condition not_empty, not_full;
  std::deque<int> items;
  long sum = 0;
  constexpr int kItems = 3000;
  std::vector<std::jthread> threads;
  for (int c = 0; c < 4; ++c) {
    threads.emplace_back([&] {
      for (int i = 0; i < kItems; ++i) {
        std::unique_lock lock(m);
        not_empty.wait(lock, [&] { return !items.empty(); });
        sum += items.front();
        items.pop_front();
        not_full.notify_one();
      }
    });
    threads.emplace_back([&] {
      for (int i = 0; i < kItems; ++i) {
        std::unique_lock lock(m);
        not_full.wait(lock, [&] { return items.size() < 4; });
        items.push_back(1);
        not_empty.notify_one();
      }
    });
  }
  threads.clear();
  EXPECT_EQ(sum, 4 * kItems);
}

TEST(Condition, TimeoutAndStopEndTheWaitWithTheLockHeld) {
  mutex m;
  condition c;
  std::unique_lock lock(m);
  EXPECT_EQ(c.wait_for(lock, 1ms), wait_status::timed_out);
  EXPECT_FALSE(c.wait_for(lock, 1ms, [] { return false; }));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(c.wait_until(lock, deadline(), stop.get_token()), wait_status::stopped);
  EXPECT_TRUE(m.held_by_this_thread());
}

TEST(Guarded, GivesTheDataWithTheLockOnly) {
  guarded<std::vector<int>> numbers;
  numbers.with([](auto& v) { v.push_back(1); });
  EXPECT_EQ(numbers.lock()->size(), 1u);
  guarded<int, shared_mutex> n(1);
  EXPECT_EQ(n.with_shared([](const int& value) { return value; }), 1);
  EXPECT_TRUE(n.change_if([](int value) { return value == 1; }, [](int& value) { value = 2; }));
  EXPECT_FALSE(n.change_if([](int value) { return value == 1; }, [](int& value) { value = 3; }));
  EXPECT_EQ(*n.lock_shared(), 2);
}

// ---- Coroutines: an executor with one thread of its own.
struct Detached {
  struct promise_type {  // NOLINT(readability-identifier-naming): the language's own name
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};
class ThreadExecutor {
 public:
  void post(std::coroutine_handle<> h) {
    std::lock_guard lock(mutex_);
    ready_.push_back(h);
    changed_.notify_one();
  }

 private:
  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [&] { return !ready_.empty(); })) {
      std::coroutine_handle<> h = ready_.front();
      ready_.pop_front();
      lock.unlock();
      h.resume();
      lock.lock();
    }
  }
  mutex mutex_;
  condition changed_;
  std::deque<std::coroutine_handle<>> ready_;
  std::jthread thread_{[this](const std::stop_token& stop) { run(stop); }};
};

Detached count(mutex& m, ThreadExecutor& executor, int times, long& n, semaphore& done) {
  for (int i = 0; i < times; ++i) {
    auto guard = co_await m.lock_async(executor);
    ++n;
  }
  done.release();
}

TEST(Coroutines, ShareAMutexWithThreads) {
  mutex m;
  semaphore done(0);
  long n = 0;
  constexpr int kCoroutines = 8, kTimes = 500;
  ThreadExecutor executor;
  std::jthread thread([&] {
    for (int i = 0; i < kTimes; ++i) {
      std::lock_guard lock(m);
      ++n;
    }
  });
  for (int i = 0; i < kCoroutines; ++i) count(m, executor, kTimes, n, done);
  for (int i = 0; i < kCoroutines; ++i) done.acquire();
  thread.join();
  std::lock_guard lock(m);
  EXPECT_EQ(n, (kCoroutines + 1) * kTimes);
}

Detached wait_for(event& e, ThreadExecutor& executor, std::stop_token stop, int& result, event& done) {
  result = co_await e.wait_async(executor, stop);
  done.set();
}

TEST(Coroutines, AreWokenByAnEventOrAStop) {
  ThreadExecutor executor;
  event e, first_done, second_done;
  std::stop_source stop;
  int first = -1, second = -1;
  wait_for(e, executor, stop.get_token(), first, first_done);
  stop.request_stop();
  first_done.wait();
  EXPECT_EQ(first, 0);
  wait_for(e, executor, {}, second, second_done);
  e.set();
  second_done.wait();
  EXPECT_EQ(second, 1);
}

}  // namespace
}  // namespace lockstep::sync
