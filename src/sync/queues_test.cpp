// The queues with real threads; tests/sync/check has their proofs.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "lockstep/sync/bounded_queue.h"
#include "lockstep/sync/spsc_queue.h"

namespace lockstep::sync {
namespace {

using namespace std::chrono_literals;

TEST(BoundedQueue, KeepsOrderForAnyCapacityAcrossTheEndOfTheRing) {
  for (std::size_t capacity : {1, 2, 3, 5, 8}) {
    bounded_queue<int> queue(capacity);
    EXPECT_EQ(queue.capacity(), capacity);
    int next = 0;
    int expected = 0;
    for (int lap = 0; lap < 5; ++lap) {
      for (std::size_t i = 0; i < capacity; ++i) EXPECT_EQ(queue.try_push(next++), queue_status::success);
      EXPECT_EQ(queue.try_push(-1), queue_status::full);
      EXPECT_EQ(queue.size(), capacity);
      for (std::size_t i = 0; i < capacity; ++i) EXPECT_EQ(queue.try_pop(), expected++);
      EXPECT_EQ(queue.try_pop(), std::nullopt);
      EXPECT_TRUE(queue.empty());
      EXPECT_EQ(queue.try_push(next++), queue_status::success);  // so that laps begin at different places
      EXPECT_EQ(queue.try_pop(), expected++);
    }
  }
}

TEST(BoundedQueue, RefusesCapacityZero) { EXPECT_THROW(bounded_queue<int>(0), std::invalid_argument); }

TEST(BoundedQueue, LeavesWhatItDoesNotTake) {
  bounded_queue<std::unique_ptr<int>> queue(1);
  EXPECT_EQ(queue.push(std::make_unique<int>(1)), queue_status::success);
  auto second = std::make_unique<int>(2);
  EXPECT_EQ(queue.try_push(std::move(second)), queue_status::full);
  ASSERT_TRUE(second);
  EXPECT_EQ(queue.push_for(std::move(second), 1ms), queue_status::timeout);
  ASSERT_TRUE(second);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(queue.push(std::move(second), stop.get_token()), queue_status::stopped);
  ASSERT_TRUE(second);
  queue.close();
  EXPECT_EQ(queue.push(std::move(second)), queue_status::closed);
  ASSERT_TRUE(second);
  EXPECT_EQ(**queue.pop(), 1);
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(BoundedQueue, DestroysWhatIsLeft) {
  auto value = std::make_shared<std::string>("kept");
  {
    bounded_queue<std::shared_ptr<std::string>> queue(4);
    queue.push(value);
    queue.push(value);
    queue.pop();
    EXPECT_EQ(value.use_count(), 2);
  }
  EXPECT_EQ(value.use_count(), 1);
}

TEST(BoundedQueue, BatchesAreInOrderAndMayExceedTheCapacity) {
  bounded_queue<int> queue(3);
  std::vector<int> sent(1000);
  for (int i = 0; i < 1000; ++i) sent[static_cast<std::size_t>(i)] = i;
  std::jthread producer([&] {
    EXPECT_EQ(queue.push_batch(sent.begin(), sent.size()), sent.size());
    queue.close();
  });
  std::vector<int> got;
  while (queue.pop_batch(std::back_inserter(got), 7)) {
  }
  EXPECT_EQ(got.size(), 1000U);
  EXPECT_TRUE(std::is_sorted(got.begin(), got.end()));
}

// More threads than processors: nothing lost, nothing doubled, each producer's items in order for each consumer.
TEST(BoundedQueue, LosesNothingWhenOversubscribed) {
  constexpr int kThreads = 16;
  constexpr int kItems = 2000;
  bounded_queue<std::pair<int, int>> queue(8);
  std::array<std::atomic<int>, kThreads> count{};
  std::atomic<bool> in_order{true};
  {
    std::vector<std::jthread> consumers;
    consumers.reserve(kThreads);
    for (int c = 0; c < kThreads; ++c) {
      consumers.emplace_back([&] {
        std::array<int, kThreads> last;
        last.fill(-1);
        while (auto item = queue.pop()) {
          auto producer = static_cast<std::size_t>(item->first);
          if (item->second <= last[producer]) in_order = false;
          last[producer] = item->second;
          ++count[producer];
        }
      });
    }
    {
      std::vector<std::jthread> producers;
      producers.reserve(kThreads);
      for (int p = 0; p < kThreads; ++p) {
        producers.emplace_back([&, p] {
          for (int i = 0; i < kItems; ++i) queue.push({p, i});
        });
      }
    }
    queue.close();
  }
  for (auto& n : count) EXPECT_EQ(n, kItems);
  EXPECT_TRUE(in_order);
}

// Each producer and consumer is a new thread, so that both ends change hands, at last for good; the thread that fills the
// queue first is another one than those that go on.
TEST(BoundedQueue, LosesNothingWhenThreadsComeAndGo) {
  constexpr int kItems = 300;
  for (int round = 0; round < 50; ++round) {
    bounded_queue<int> queue(8);
    int next = 0;
    int expected = 0;
    for (; next < 8; ++next) ASSERT_EQ(queue.try_push(next), queue_status::success);
    ASSERT_EQ(queue.try_push(-1), queue_status::full);
    std::jthread producers([&] {
      while (next < 6 * kItems) {
        std::jthread one([&] {
          for (int i = 0; i < kItems; ++i) queue.push(next++);
        });
      }
      queue.close();
    });
    for (bool more = true; more;) {
      std::jthread one([&] {
        for (int i = 0; i < kItems && more; ++i) {
          std::optional<int> v = queue.pop();
          more = v.has_value();
          if (more && *v != expected++) expected = -1;
        }
      });
    }
    producers.join();
    ASSERT_EQ(expected, next);
  }
}

// Two threads at each end from the first item on: who owned the end is in the middle of a claim when it is taken.
TEST(BoundedQueue, LosesNothingWhenAnEndIsTakenFromItsOwner) {
  for (int round = 0; round < 500; ++round) {
    bounded_queue<int> queue(4);
    std::atomic<int> sum{0};
    {
      std::vector<std::jthread> threads;
      for (int t = 0; t < 2; ++t) {
        threads.emplace_back([&] {
          for (int i = 1; i <= 50; ++i) queue.push(i);
        });
        threads.emplace_back([&] {
          for (int i = 1; i <= 50; ++i) sum += *queue.pop();
        });
      }
    }
    ASSERT_EQ(sum, 50 * 51);
    ASSERT_TRUE(queue.empty());
  }
}

TEST(BoundedQueue, LosesNothingWhenOneAsksAllTheTime) {
  constexpr int kItems = 200'000;
  bounded_queue<int> q(64);
  std::thread producer([&] {
    for (int i = 0; i < kItems; ++i) {
      while (q.try_push(int{i}) == queue_status::full) std::this_thread::yield();
    }
  });
  std::size_t most = 0;
  for (int next = 0; next < kItems;) {
    most = std::max(most, q.size());
    std::optional<int> v = q.try_pop();
    if (!v) {
      std::this_thread::yield();
      continue;
    }
    ASSERT_EQ(*v, next);
    ++next;
  }
  producer.join();
  EXPECT_LE(most, 64u);
  EXPECT_TRUE(q.empty());
}

TEST(BiasedIndex, IsAskedTooOftenOnlyIfHardlyAnythingIsClaimedMeanwhile) {
  internal::asking seldom, often;
  for (std::uint64_t i = 0; i < 1000; ++i) EXPECT_FALSE(seldom.too_often(i << 17));
  int times = 0;
  while (!often.too_often(5)) ASSERT_LT(++times, 1000);
  EXPECT_GT(times, 10);
}

TEST(BoundedQueue, CloseAgainstProducersLosesNothing) {
  for (int round = 0; round < 200; ++round) {
    bounded_queue<int> queue(2);
    std::atomic<int> pushed{0};
    int popped = 0;
    {
      std::jthread a([&] {
        while (queue.push(1) == queue_status::success) ++pushed;
      });
      std::jthread b([&] {
        while (queue.push(1) == queue_status::success) ++pushed;
      });
      for (int i = 0; i < 20 && queue.pop(); ++i) ++popped;
      queue.close();
      while (queue.pop()) ++popped;
    }
    EXPECT_EQ(popped, pushed);
  }
}

TEST(SpscQueue, KeepsOrderAndEnds) {
  spsc_queue<int> queue(3);
  EXPECT_EQ(queue.capacity(), 3U);
  std::jthread producer([&] {
    for (int i = 0; i < 20000; ++i) queue.push(i);
    queue.close();
  });
  int expected = 0;
  while (auto v = queue.pop()) ASSERT_EQ(*v, expected++);
  EXPECT_EQ(expected, 20000);
}

TEST(SpscQueue, FullTimeoutStopped) {
  spsc_queue<std::unique_ptr<int>> queue(1);
  EXPECT_EQ(queue.pop_for(1ms), std::nullopt);
  EXPECT_EQ(queue.try_push(std::make_unique<int>(1)), queue_status::success);
  auto second = std::make_unique<int>(2);
  EXPECT_EQ(queue.try_push(std::move(second)), queue_status::full);
  EXPECT_EQ(queue.push_for(std::move(second), 1ms), queue_status::timeout);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(queue.push(std::move(second), stop.get_token()), queue_status::stopped);
  EXPECT_TRUE(second);
  EXPECT_EQ(**queue.try_pop(), 1);
  EXPECT_EQ(queue.pop(stop.get_token()), std::nullopt);
}

}  // namespace
}  // namespace lockstep::sync
