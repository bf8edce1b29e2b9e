// What all exclusive locks have in common, each type by each test, with real threads.
#include <gmock/gmock.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "lockstep/sync/fair_mutex.h"
#include "lockstep/sync/mutex.h"
#include "lockstep/sync/ordered_mutex.h"
#include "lockstep/sync/recursive_mutex.h"
#include "lockstep/sync/shared_mutex.h"
#include "sync/test_support.h"

namespace lockstep::sync {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

template <class T>
class Lock : public MisuseThrows {};
using Locks = testing::Types<mutex, fair_mutex, recursive_mutex, shared_mutex, basic_shared_mutex<reader_priority>,
                             basic_shared_mutex<arrival_order>>;
TYPED_TEST_SUITE(Lock, Locks);

// More threads than processors, so that holders are preempted and waiters sleep.
TYPED_TEST(Lock, ExcludesManyThreads) {
  TypeParam m;
  constexpr int kThreads = 16, kTimes = 2000;
  long n = 0;
  std::vector<std::jthread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < kTimes; ++j) {
        std::lock_guard lock(m);
        ++n;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(n, kThreads * kTimes);
}

TYPED_TEST(Lock, ATryFailsWhileAnotherThreadHoldsIt) {
  TypeParam m;
  std::lock_guard lock(m);
  // Not in the thread: there GCC 12 at -O1 takes it for uninitialised.
  std::stop_source stop;
  stop.request_stop();
  std::jthread other([&] {
    EXPECT_FALSE(m.try_lock());
    EXPECT_FALSE(m.try_lock_for(1ms));
    EXPECT_FALSE(m.try_lock_until(std::chrono::system_clock::now() + 1ms));
    EXPECT_FALSE(m.try_lock_until(std::chrono::steady_clock::now() - 1h));
    EXPECT_FALSE(m.lock(stop.get_token()));
  });
}

TYPED_TEST(Lock, AStopEndsTheWait) {
  TypeParam m;
  m.lock();
  std::jthread waiter([&](const std::stop_token& stop) { EXPECT_FALSE(m.lock(stop)); });
  waiter.request_stop();
  waiter.join();
  m.unlock();
}

TYPED_TEST(Lock, AWaiterWithTimeToSpareGetsIt) {
  TypeParam m;
  m.lock();
  std::jthread waiter([&] {
    ASSERT_TRUE(m.try_lock_for(1h));
    m.unlock();
  });
  m.unlock();
}

// Timeouts, stops and hand-overs cross each other all the time; the count of those that got it is right, and nobody
// hangs.
TYPED_TEST(Lock, LosesNothingWhenWaitsAreCutShort) {
  TypeParam m;
  long n = 0;
  std::atomic<long> got = 0;
  constexpr int kThreads = 8;
  std::vector<std::jthread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 300; ++j) {
        std::stop_source stop;
        std::jthread stopper;
        if (j % 50 == 0) stopper = std::jthread([&] { stop.request_stop(); });
        if (!m.try_lock_for(std::chrono::microseconds(i * 20), stop.get_token())) continue;
        ++n;
        ++got;
        m.unlock();
      }
    });
  }
  threads.clear();
  EXPECT_EQ(n, got);
  EXPECT_TRUE(m.try_lock());
  m.unlock();
}

TYPED_TEST(Lock, UnlockByAnotherIsMisuse) {
  TypeParam m("vault");
  EXPECT_THAT(this->misuse_of([&] { m.unlock(); }), HasSubstr("`vault`"));
  m.lock();
  std::jthread other([&] { EXPECT_THAT(this->misuse_of([&] { m.unlock(); }), HasSubstr("unlocked by thread")); });
  other.join();
  m.unlock();
}

class Misuse : public MisuseThrows {};

TEST_F(Misuse, LockingAgain) {
  mutex m("vault");
  std::lock_guard lock(m);
  EXPECT_THAT(misuse_of([&] { m.lock(); }), HasSubstr("mutex `vault`"));
  EXPECT_THAT(misuse_of([&] { m.lock(); }), HasSubstr("locked again"));
  fair_mutex f;
  std::lock_guard fair_lock(f);
  EXPECT_THAT(misuse_of([&] { f.lock(); }), HasSubstr("locked again"));
  shared_mutex s;
  std::lock_guard shared(s);
  EXPECT_THAT(misuse_of([&] { s.lock(); }), HasSubstr("locked again"));
  EXPECT_THAT(misuse_of([&] { s.unlock_shared(); }), HasSubstr("unlocked as reader"));
}

TEST_F(Misuse, LevelsOutOfOrder) {
  ordered_mutex<1> outer;
  ordered_mutex<2> inner("inner");
  {
    std::lock_guard first(outer);
    std::lock_guard second(inner);
  }
  std::lock_guard first(inner);
  EXPECT_THAT(misuse_of([&] { outer.lock(); }), HasSubstr("level 1 is taken while a lock of level 2 is held"));
  ASSERT_TRUE(outer.try_lock());
  outer.unlock();
}

TEST(MisuseDeath, AbortsWithNameAndStack) {
  mutex m("vault");
  EXPECT_DEATH(m.unlock(), "mutex `vault` .*unlocked by thread [0-9]+; held by nobody\nstack");
  EXPECT_DEATH(
      {
        mutex held("held");
        held.lock();
      },
      "mutex `held` .*destroyed while held");
}

TEST(Mutex, KnowsItsHolder) {
  mutex m;
  EXPECT_EQ(m.holder(), 0u);
  m.lock();
  EXPECT_TRUE(m.held_by_this_thread());
  m.unlock();
  static_assert(sizeof(mutex) == 4);
}

TEST(RecursiveMutex, IsFreeAfterAsManyUnlocks) {
  recursive_mutex m;
  m.lock();
  m.lock();
  m.unlock();
  std::jthread([&] { EXPECT_FALSE(m.try_lock()); }).join();
  m.unlock();
  std::jthread([&] {
    EXPECT_TRUE(m.try_lock());
    m.unlock();
  }).join();
}

TEST(SharedMutex, ReadersShareAndKeepTheWriterOut) {
  shared_mutex m;
  m.lock_shared();
  std::jthread([&] {
    EXPECT_TRUE(m.try_lock_shared());
    EXPECT_FALSE(m.try_lock());
    EXPECT_FALSE(m.try_lock_for(1ms));
    m.unlock_shared();
  }).join();
  m.unlock_shared();
  EXPECT_TRUE(m.try_lock());
  m.unlock();
}

// Readers overlap without end, until the writer was in.
TEST(SharedMutex, AWriterGetsInThoughReadersOverlap) {
  shared_mutex m;
  std::atomic<bool> written = false;
  constexpr int kReaders = 6;
  std::vector<std::jthread> readers;
  readers.reserve(kReaders);
  for (int i = 0; i < kReaders; ++i) {
    readers.emplace_back([&] {
      while (!written) {
        m.lock_shared();
        std::this_thread::yield();
        m.unlock_shared();
      }
    });
  }
  m.lock();
  written = true;
  m.unlock();
}

}  // namespace
}  // namespace lockstep::sync
