// What crosses threads: to_thread, scope_handle, and the primitives of lockstep::sync, awaited.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

#include "lockstep/async/channel.h"
#include "lockstep/async/from_thread.h"
#include "lockstep/async/locks.h"
#include "lockstep/async/scope.h"
#include "lockstep/async/time.h"
#include "lockstep/async/timeout.h"
#include "lockstep/async/to_thread.h"
#include "lockstep/async/when_all.h"
#include "lockstep/sync/bounded_queue.h"
#include "lockstep/sync/event.h"
#include "lockstep/sync/mutex.h"
#include "lockstep/sync/semaphore.h"
#include "test_support.h"

namespace lockstep::async {
namespace {

using namespace std::chrono_literals;

class Threads : public on_both_backends {};
LOCKSTEP_ON_BOTH_BACKENDS(Threads);

TEST_P(Threads, ToThread) {
  run_here([]() -> task<> {
    auto here = std::this_thread::get_id();
    auto there = co_await to_thread([] { return std::this_thread::get_id(); });
    EXPECT_NE(there, here);
    EXPECT_EQ(std::this_thread::get_id(), here);
    co_await to_thread([] {});
    bool thrown = false;
    try {
      co_await to_thread([] { throw std::runtime_error("there"); });
    } catch (const std::runtime_error&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
    std::vector<task<int>> many;
    many.reserve(100);
    for (int i = 0; i < 100; ++i) {
      many.push_back([](int n) -> task<int> { co_return co_await to_thread([n] { return n; }); }(i));
    }
    std::vector<int> values = co_await gather(std::move(many));
    EXPECT_EQ(std::accumulate(values.begin(), values.end(), 0), 4950);
  }());
}

TEST_P(Threads, AFunctionIsStoppedAndAwaited) {
  run_here([]() -> task<> {
    bool stopped = false;
    auto work = [](bool& flag) -> task<> {
      co_await to_thread([&flag](const std::stop_token& stop) {
        while (!stop.stop_requested()) std::this_thread::yield();
        flag = true;
      });
      co_await yield();
    };
    bool late = false;
    try {
      co_await with_timeout(1ms, work(stopped));
    } catch (const timeout_error&) {
      late = true;
    }
    EXPECT_TRUE(late);
    EXPECT_TRUE(stopped);
  }());
}

TEST_P(Threads, OtherThreadsSpawnAndCall) {
  run_here([]() -> task<> {
    int spawned = 0;
    std::atomic<int> sum = 0;
    std::vector<std::jthread> threads;
    std::optional<scope_handle> after;
    co_await with_scope([&](scope& s) -> task<> {
      after.emplace(s);
      sync::event done(false);
      std::atomic<int> running = 4;
      for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, h = scope_handle(s)] {
          for (int i = 0; i < 50; ++i) {
            EXPECT_TRUE(h.spawn([&spawned]() -> task<> {
              ++spawned;
              co_return;
            }));
            sum += h.call([i]() -> task<int> {
              co_await yield();
              co_return i;
            });
          }
          EXPECT_THROW(h.call([]() -> task<int> {
            throw std::runtime_error("there");
            co_return 1;
          }),
                       std::runtime_error);
          if (--running == 0) done.set();
        });
      }
      EXPECT_THROW(after->call([]() -> task<> { co_return; }), std::logic_error);
      co_await wait(done);
    });
    threads.clear();
    EXPECT_EQ(spawned, 200);
    EXPECT_EQ(sum, 4 * 1225);
    EXPECT_FALSE(after->spawn([]() -> task<> { co_return; }));
    auto handle = *after;
    std::jthread([handle] { EXPECT_THROW(handle.call([]() -> task<> { co_return; }), std::runtime_error); }).join();
  }());
}

// Threads and tasks of two loops, one mutex.
TEST_P(Threads, OneMutexForThreadsAndTasks) {
  sync::mutex m;
  long counter = 0;
  auto add = [](sync::mutex& mutex, long& n) -> task<> {
    for (int i = 0; i < 500; ++i) {
      auto guard = co_await lock(mutex);
      long seen = n;
      if (i % 50 == 0) co_await yield();
      n = seen + 1;
    }
  };
  std::vector<std::jthread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        std::scoped_lock lock(m);
        ++counter;
      }
    });
    threads.emplace_back([&] {
      run([](auto f, sync::mutex& mutex, long& n) -> task<> { co_await when_all(f(mutex, n), f(mutex, n)); }(add, m,
                                                                                                             counter),
          options());
    });
  }
  threads.clear();
  EXPECT_EQ(counter, 2 * 500 + 4 * 500);
}

TEST_P(Threads, CancelledWaitsTakeNothing) {
  run_here([]() -> task<> {
    sync::mutex m;
    sync::semaphore permits(0);
    sync::event happened(false);
    sync::bounded_queue<int> queue(1);
    bool was_pushed = co_await push(queue, 1);
    EXPECT_TRUE(was_pushed);
    auto guard = co_await lock(m);
    int ended = 0;
    auto count = [&ended](auto wait_for) -> task<> {
      try {
        co_await wait_for();
        ADD_FAILURE() << "it did not wait";
      } catch (const cancelled&) {
        ++ended;
        throw;
      }
    };
    co_await with_scope([&](scope& s) -> task<> {
      s.spawn(count([&] { return lock(m); }));
      s.spawn(count([&] { return acquire(permits); }));
      s.spawn(count([&] { return wait(happened); }));
      s.spawn(count([&] { return push(queue, 2); }));
      for (int i = 0; i < 5; ++i) co_await yield();
      EXPECT_EQ(ended, 0);
      s.cancel();
    });
    EXPECT_EQ(ended, 4);
    guard.unlock();
    EXPECT_TRUE(m.try_lock());
    m.unlock();
    std::optional<int> item = co_await pop(queue);
    EXPECT_EQ(item, 1);
    co_await with_scope([&](scope& s) -> task<> {
      s.spawn(count([&] { return pop(queue); }));
      co_await yield();
      s.cancel();
    });
    EXPECT_EQ(ended, 5);
    queue.close();
    item = co_await pop(queue);
    EXPECT_FALSE(item);
    bool pushed = co_await push(queue, 3);
    EXPECT_FALSE(pushed);
  }());
}

// Nobody else will end the wait, and the loop cannot know that: virtual time goes on all the same.
TEST(VirtualTime, PassesWhileAMutexIsWaitedFor) {
  sync::mutex m;
  bool late = run_virtual([](sync::mutex& mutex) -> task<bool> {
    auto guard = co_await lock(mutex);
    try {
      auto other = [](sync::mutex& again) -> task<> { auto second = co_await lock(again); };
      co_await with_timeout(1h, other(mutex));
    } catch (const timeout_error&) {
      co_return true;
    }
    co_return false;
  }(m));
  EXPECT_TRUE(late);
}

// What threads push, tasks pop.
TEST_P(Threads, AQueueFromThreadsToTasks) {
  sync::bounded_queue<int> queue(4);
  std::jthread producer([&] {
    for (int i = 1; i <= 2000; ++i) queue.push(i);
    queue.close();
  });
  long sum = run_here([](sync::bounded_queue<int>& q) -> task<long> {
    auto consume = [](sync::bounded_queue<int>& from) -> task<long> {
      long n = 0;
      while (std::optional<int> i = co_await pop(from)) n += *i;
      co_return n;
    };
    auto [a, b] = co_await when_all(consume(q), consume(q));
    co_return a + b;
  }(queue));
  EXPECT_EQ(sum, 2001000);
}

TEST(Channel, KeepsOrderAndWaits) {
  for (std::size_t capacity : {0u, 1u, 3u}) {
    run([](std::size_t room) -> task<> {
      channel<std::unique_ptr<int>> c(room);
      auto produce = [](channel<std::unique_ptr<int>>& to) -> task<> {
        for (int i = 0; i < 100; ++i) co_await to.send(std::make_unique<int>(i));
        to.close();
      };
      auto consume = [](channel<std::unique_ptr<int>>& from) -> task<int> {
        int n = 0;
        while (auto item = co_await from.receive()) EXPECT_EQ(**item, n++);
        co_return n;
      };
      auto [none, n] = co_await when_all(produce(c), consume(c));
      EXPECT_EQ(n, 100);
    }(capacity));
  }
}

TEST(Channel, CloseAndCancel) {
  run([]() -> task<> {
    channel<int> c(1);
    co_await c.send(1);
    int refused = 9;
    EXPECT_FALSE(c.try_send(refused));
    int closed = 0;
    co_await with_scope([&](scope& s) -> task<> {
      auto sender = [](channel<int>& to, int& n) -> task<> {
        try {
          co_await to.send(2);
        } catch (const channel_closed&) {
          ++n;
        }
      };
      s.spawn(sender(c, closed));
      co_await yield();
      s.cancel();  // a cancelled send has not sent
    });
    EXPECT_EQ(c.size(), 1u);
    co_await with_scope([&](scope& s) -> task<> {
      s.spawn([](channel<int>& to, int& n) -> task<> {
        try {
          co_await to.send(2);
        } catch (const channel_closed&) {
          ++n;
        }
      }(c, closed));
      co_await yield();
      c.close();
    });
    EXPECT_EQ(closed, 1);
    auto left = co_await c.receive();
    EXPECT_EQ(left, 1);
    auto end = co_await c.receive();
    EXPECT_FALSE(end);
    channel<int> empty(1);
    co_await with_scope([&](scope& s) -> task<> {
      s.spawn([](channel<int>& from) -> task<> { co_await from.receive(); }(empty));
      co_await yield();
      s.cancel();
    });
    co_await empty.send(3);
    EXPECT_EQ(empty.try_receive(), 3);
  }());
}

}  // namespace
}  // namespace lockstep::async
