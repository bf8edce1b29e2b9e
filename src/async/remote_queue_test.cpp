// How often other threads have to wake a loop: once for all that they push until it looks.
#include "lockstep/async/internal/remote_queue.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "lockstep/async/from_thread.h"
#include "lockstep/async/time.h"
#include "test_support.h"

namespace lockstep::async {
namespace {

struct counted final : internal::remote_node {
  int* arrivals = nullptr;
  void arrived() noexcept override { ++*arrivals; }
};

constexpr int kThreads = 4;
constexpr int kEach = 1000;

/// How many of the pushes of several threads ask for a wake.
int push_all(internal::remote_queue& queue, std::vector<counted>& nodes) {
  std::atomic<int> wakes = 0;
  std::vector<std::jthread> threads;
  threads.reserve(kThreads);
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < kEach; ++i) wakes += queue.push(nodes[t * kEach + i]);
    });
  }
  threads.clear();
  return wakes;
}

TEST(RemoteQueue, OneWakeForAllThatIsPushedWhileTheLoopSleeps) {
  internal::remote_queue queue;
  int arrivals = 0;
  std::vector<counted> nodes(kThreads * kEach);
  for (counted& n : nodes) n.arrivals = &arrivals;
  ASSERT_TRUE(queue.prepare_sleep());
  EXPECT_EQ(push_all(queue, nodes), 1);
  queue.awake();
  queue.take_all();
  EXPECT_EQ(arrivals, kThreads * kEach);
  // Awake: it will look by itself.
  EXPECT_EQ(push_all(queue, nodes), 0);
  EXPECT_FALSE(queue.prepare_sleep());
  queue.take_all();
  EXPECT_EQ(arrivals, 2 * kThreads * kEach);
}

/// The sum of what was written to the process's eventfds and not read yet.
long waiting_wakes() {
  long sum = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fdinfo")) {
    std::ifstream info(entry.path());
    std::string word;
    while (info >> word) {
      long count = 0;
      if (word == "eventfd-count:" && info >> std::hex >> count) sum += count;
    }
  }
  return sum;
}

class Wakes : public on_both_backends {};
LOCKSTEP_ON_BOTH_BACKENDS(Wakes);

TEST_P(Wakes, ABusyLoopIsNotWoken) {
  int ran = 0;
  run_here([](int& count) -> task<> {
    auto body = [&count](scope& s) -> task<> {
      scope_handle handle(s);
      std::jthread other([handle, &count] {
        for (int i = 0; i < kEach; ++i) {
          handle.spawn([&count]() -> task<> {
            ++count;
            co_return;
          });
        }
      });
      other.join();  // keeps the loop from sleeping while the other thread spawns
      EXPECT_EQ(waiting_wakes(), 0);
      EXPECT_EQ(count, 0);
      co_await yield();
    };
    co_await with_scope(body);
  }(ran));
  EXPECT_EQ(ran, kEach);
}

}  // namespace
}  // namespace lockstep::async
