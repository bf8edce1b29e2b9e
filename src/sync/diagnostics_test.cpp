// Lock orders, statistics, the wait graph and its watchdog.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "lockstep/sync/event.h"
#include "lockstep/sync/lock_all.h"
#include "lockstep/sync/lock_order.h"
#include "lockstep/sync/mutex.h"
#include "lockstep/sync/report.h"
#include "lockstep/sync/semaphore.h"
#include "lockstep/sync/wait_graph.h"

// These tests invert orders on purpose; built with ThreadSanitizer it would end them, and rightly.
extern "C" const char* __tsan_default_options() { return "detect_deadlocks=0"; }

namespace lockstep::sync {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::vector<std::string>* told = nullptr;

class LockOrder : public testing::Test {
 protected:
  LockOrder() {
    told = &messages_;
    set_lock_order_handler([](const lock_order_violation& v) { told->push_back(v.message); });
  }
  ~LockOrder() override { set_lock_order_handler(nullptr); }
  std::vector<std::string> messages_;
};

TEST_F(LockOrder, BothOrdersAreReportedOnceWithNames) {
  mutex a("alice"), b("bob");
  for (int i = 0; i < 3; ++i) {
    std::lock_guard first(a);
    std::lock_guard second(b);
  }
  EXPECT_TRUE(messages_.empty());
  for (int i = 0; i < 3; ++i) {
    std::lock_guard first(b);
    std::lock_guard second(a);
  }
  ASSERT_EQ(messages_.size(), 1u);
  EXPECT_THAT(messages_[0], HasSubstr("mutex `alice`"));
  EXPECT_THAT(messages_[0], HasSubstr("is taken while mutex `bob`"));
  EXPECT_THAT(messages_[0], HasSubstr("before, mutex `bob`"));
}

TEST_F(LockOrder, ACircleOfThreeIsFound) {
  mutex a, b, c;
  auto both = [](mutex& x, mutex& y) {
    std::lock_guard first(x);
    std::lock_guard second(y);
  };
  both(a, b);
  std::jthread([&] { both(b, c); }).join();
  EXPECT_TRUE(messages_.empty());
  both(c, a);
  EXPECT_EQ(messages_.size(), 1u);
}

TEST_F(LockOrder, OrdersEndWithTheirLocks) {
  mutex a;
  alignas(mutex) std::byte place[sizeof(mutex)];
  auto* first = new (place) mutex;
  {
    std::lock_guard one(a);
    std::lock_guard two(*first);
  }
  first->~mutex();
  auto* second = new (place) mutex;
  {
    std::lock_guard one(*second);
    std::lock_guard two(a);
  }
  second->~mutex();
  EXPECT_TRUE(messages_.empty());
}

TEST_F(LockOrder, UnlockingOutOfOrderKeepsTheRest) {
  mutex a, b;
  a.lock();
  b.lock();
  a.unlock();
  EXPECT_TRUE(messages_.empty());
  a.lock();  // b is still held
  EXPECT_EQ(messages_.size(), 1u);
  b.unlock();
  a.unlock();
  std::lock_guard alone(b);
  EXPECT_EQ(messages_.size(), 1u);
}

TEST(Report, CountsAcquisitionsAndWaits) {
  mutex m("counted");
  for (int i = 0; i < 100; ++i) std::lock_guard lock(m);
  m.lock();
  std::jthread waiter([&] { std::lock_guard lock(m); });
  // The waiter is seen in the wait graph, so it waits.
  auto waits = [&] {
    for (const auto& t : wait_graph::now().threads) {
      for (const auto& p : t.waits) {
        if (p.object == &m) return true;
      }
    }
    return false;
  };
  while (!waits()) std::this_thread::yield();
  EXPECT_THAT(report_text(), HasSubstr("mutex `counted`"));
  auto find = [&] {
    for (lock_statistics& l : report()) {
      if (l.lock == &m) return l;
    }
    return lock_statistics{};
  };
  EXPECT_EQ(find().holder, m.holder());
  m.unlock();
  waiter.join();
  lock_statistics l = find();
  EXPECT_EQ(l.acquisitions, 102u);
  EXPECT_EQ(l.waits, 1u);
  EXPECT_GT(l.longest_wait.count(), 0);
  EXPECT_GT(l.longest_hold.count(), 0);
  EXPECT_EQ(l.holder, 0u);
  EXPECT_EQ(l.name, "counted");
}

TEST(WaitGraph, TheWatchdogTellsADeadlockAndItsForms) {
  set_lock_order_handler([](const lock_order_violation&) {});
  mutex a("alice"), b("bob");
  event a_held, b_held, found;
  wait_graph graph;
  watchdog dog([&](const wait_graph& g) {
    graph = g;
    found.set();
  });
  std::stop_source stop;
  auto take = [&](mutex& first, mutex& second, event& mine, event& other) {
    std::lock_guard lock(first);
    mine.set();
    other.wait();
    if (second.lock(stop.get_token())) second.unlock();
  };
  std::jthread one(take, std::ref(a), std::ref(b), std::ref(a_held), std::ref(b_held));
  std::jthread two(take, std::ref(b), std::ref(a), std::ref(b_held), std::ref(a_held));
  found.wait();
  stop.request_stop();
  one.join();
  two.join();
  set_lock_order_handler(nullptr);
  ASSERT_EQ(graph.cycles.size(), 1u);
  EXPECT_EQ(graph.cycles[0].size(), 2u);
  EXPECT_THAT(graph.to_text(), HasSubstr("deadlock: thread "));
  EXPECT_THAT(graph.to_text(), HasSubstr("holds mutex `alice`"));
  EXPECT_THAT(graph.to_text(), HasSubstr("waits for mutex `bob`"));
  EXPECT_THAT(graph.to_dot(), HasSubstr("digraph waits {"));
  auto json = nlohmann::json::parse(graph.to_json());
  EXPECT_EQ(json["cycles"].size(), 1u);
  EXPECT_EQ(json["threads"][0]["waits"].size(), 1u);
  EXPECT_FALSE(json["threads"][0]["waits"][0]["stack"].empty());
}

TEST(LockAll, TakesManyInAnyOrderOfArguments) {
  mutex a, b, c;
  long n = 0;
  std::jthread other([&] {
    for (int i = 0; i < 2000; ++i) {
      auto locks = lock_all(c, b, a);
      ++n;
    }
  });
  for (int i = 0; i < 2000; ++i) {
    auto locks = lock_all(a, b, c);
    ++n;
  }
  other.join();
  EXPECT_EQ(n, 4000);
}

TEST(LockAll, ATryGivesUpAndHoldsNothing) {
  mutex a, b;
  b.lock();
  std::jthread([&] {
    EXPECT_FALSE(try_lock_all_for(2ms, a, b));
    EXPECT_TRUE(a.try_lock());
    a.unlock();
  }).join();
  b.unlock();
  EXPECT_TRUE(try_lock_all_for(1h, a, b));
}

}  // namespace
}  // namespace lockstep::sync
