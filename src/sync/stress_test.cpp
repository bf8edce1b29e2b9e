// Everything at once, with many more threads than processors, while signals interrupt the threads and another process
// stops this one at random moments: nothing is lost and nobody is stuck. Runs under the sanitizers, too.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <mutex>
#include <optional>
#include <random>
#include <shared_mutex>
#include <thread>
#include <vector>

#include "lockstep/sync/barrier.h"
#include "lockstep/sync/bounded_queue.h"
#include "lockstep/sync/condition.h"
#include "lockstep/sync/counter.h"
#include "lockstep/sync/fair_mutex.h"
#include "lockstep/sync/latch.h"
#include "lockstep/sync/lock_all.h"
#include "lockstep/sync/mutex.h"
#include "lockstep/sync/queue_status.h"
#include "lockstep/sync/recursive_mutex.h"
#include "lockstep/sync/semaphore.h"
#include "lockstep/sync/shared_mutex.h"

namespace lockstep::sync {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kThreads = 32;
constexpr int kRounds = 32;
constexpr int kOperations = 60;  // of a thread in a round

/// A process that stops and continues this one until it is destroyed. To be made while there is one thread.
class Stopper {
 public:
  Stopper() {
    if (pipe(ends_) != 0) std::abort();
    pid_t parent = getpid();
    child_ = fork();
    if (child_ != 0) {
      close(ends_[0]);
      return;
    }
    close(ends_[1]);
    std::minstd_rand random(1);
    pollfd over{ends_[0], POLLIN, 0};
    // Each wait ends early when the parent closes its end.
    while (poll(&over, 1, static_cast<int>(random() % 8)) == 0) {
      kill(parent, SIGSTOP);
      bool ended = poll(&over, 1, static_cast<int>(random() % 4)) != 0;
      kill(parent, SIGCONT);
      if (ended) break;
    }
    _exit(0);
  }
  ~Stopper() {
    close(ends_[1]);
    int status = 0;
    waitpid(child_, &status, 0);
  }
  Stopper(const Stopper&) = delete;
  Stopper& operator=(const Stopper&) = delete;

 private:
  int ends_[2];
  pid_t child_;
};

struct Shared {
  mutex m;
  fair_mutex fair;
  recursive_mutex recursive;
  shared_mutex shared;
  long under_mutex = 0, under_fair = 0, under_recursive = 0, x = 0, y = 0;
  semaphore permits{3};
  std::atomic<int> inside = 0;
  bounded_queue<int> queue{4};
  mutex basket_mutex;
  condition basket_changed;
  int basket = 0;
  counter counted;
  barrier<> round{kThreads};
};
struct Done {
  long under_mutex = 0, under_fair = 0, under_recursive = 0, written = 0, pushed = 0, popped = 0, put = 0, took = 0,
       counted = 0;
};

/// One operation. Most may give up, and then have done nothing.
void operate(Shared& s, Done& done, std::minstd_rand& random) {
  auto patience = std::chrono::microseconds(random() % 200);
  switch (random() % 10) {
    case 0:
      if (!s.m.try_lock_for(patience)) break;
      ++s.under_mutex;
      ++done.under_mutex;
      s.m.unlock();
      break;
    case 1: {
      std::lock_guard lock(s.m);
      ++s.under_mutex;
      ++done.under_mutex;
      break;
    }
    case 2: {
      std::unique_lock lock(s.fair, std::defer_lock);
      if (random() % 2 ? (lock.lock(), true) : lock.try_lock_for(patience)) {
        ++s.under_fair;
        ++done.under_fair;
      }
      break;
    }
    case 3: {
      std::lock_guard outer(s.recursive);
      std::lock_guard inner(s.recursive);
      ++s.under_recursive;
      ++done.under_recursive;
      break;
    }
    case 4: {
      std::shared_lock lock(s.shared);
      EXPECT_EQ(s.x, s.y);
      break;
    }
    case 5: {
      std::unique_lock lock(s.shared, std::defer_lock);
      if (!lock.try_lock_for(patience)) break;
      ++s.x;
      ++s.y;
      ++done.written;
      break;
    }
    case 6:
      if (!s.permits.try_acquire_for(patience)) break;
      EXPECT_LE(++s.inside, 3);
      --s.inside;
      s.permits.release();
      break;
    case 7:
      if (random() % 2)
        done.pushed += s.queue.push_for(1, patience) == queue_status::success;
      else
        done.popped += s.queue.pop_for(patience).has_value();
      break;
    case 8: {
      std::unique_lock lock(s.basket_mutex);
      if (random() % 2) {
        ++s.basket;
        ++done.put;
        s.basket_changed.notify_one();
      } else if (s.basket_changed.wait_for(lock, patience, [&] { return s.basket != 0; })) {
        --s.basket;
        ++done.took;
      }
      break;
    }
    default:
      if (auto locks = try_lock_all_for(patience, s.m, s.fair)) {
        ++s.under_mutex;
        ++done.under_mutex;
        ++s.under_fair;
        ++done.under_fair;
      }
      s.counted.add();
      ++done.counted;
  }
}

std::atomic<int> signals_seen = 0;

/// body(thread, interrupt) by kThreads threads at once; interrupt() sends a signal to the next thread, wherever it is.
template <class Body>
void by_all(Body body) {
  Stopper stopper;
  struct sigaction on_signal = {};
  on_signal.sa_handler = [](int) { signals_seen.fetch_add(1, std::memory_order_relaxed); };
  sigaction(SIGUSR1, &on_signal, nullptr);  // without SA_RESTART: system calls return early
  signals_seen = 0;
  latch start(1);
  barrier<> over(kThreads);  // nobody ends while another may send it a signal
  std::vector<std::jthread> threads;
  threads.reserve(kThreads);
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      start.wait();
      body(i, [&] { pthread_kill(threads[(i + 1) % kThreads].native_handle(), SIGUSR1); });
      over.arrive_and_wait();
    });
  }
  start.count_down();
  for (std::jthread& t : threads) t.join();
  EXPECT_GT(signals_seen, 0);
  signal(SIGUSR1, SIG_DFL);
}

TEST(Stress, NothingIsLostOrStuckWhileSignalsAndStopsInterrupt) {
  Shared s;
  std::array<Done, kThreads> done;
  by_all([&](std::size_t i, auto interrupt) {
    std::minstd_rand random(static_cast<unsigned>(i) + 1);
    for (int round = 0; round < kRounds; ++round) {
      for (int n = 0; n < kOperations; ++n) {
        operate(s, done[i], random);
        if (n % 8 == 0) interrupt();
      }
      s.round.arrive_and_wait();
    }
  });
  Done all;
  for (const Done& d : done) {
    all.under_mutex += d.under_mutex;
    all.under_fair += d.under_fair;
    all.under_recursive += d.under_recursive;
    all.written += d.written;
    all.pushed += d.pushed;
    all.popped += d.popped;
    all.put += d.put;
    all.took += d.took;
    all.counted += d.counted;
  }
  EXPECT_EQ(s.under_mutex, all.under_mutex);
  EXPECT_EQ(s.under_fair, all.under_fair);
  EXPECT_EQ(s.under_recursive, all.under_recursive);
  EXPECT_EQ(s.x, all.written);
  EXPECT_EQ(s.permits.permits(), 3);
  EXPECT_EQ(static_cast<long>(s.queue.size()), all.pushed - all.popped);
  EXPECT_EQ(s.basket, all.put - all.took);
  EXPECT_EQ(s.counted.value(), all.counted);
}

/// Says who pushed it, and how many they had pushed before.
struct Item {
  std::uint32_t by, number;
};

/// One queue for two threads, each the owner of one end, until a third comes: then the ends are shared. New in each round.
struct Pair {
  std::optional<bounded_queue<Item>> queue;
  // By thread; each writes its own.
  std::array<std::uint32_t, kThreads> pushed = {}, popped = {};
};
using Pairs = std::array<Pair, kThreads / 2>;

void push_or_pop(Pairs& pairs, std::size_t me, std::size_t of, bool push, std::minstd_rand& random,
                 std::array<std::uint32_t, kThreads>& last) {
  auto patience = std::chrono::microseconds(random() % 200);
  Pair& pair = pairs[of];
  if (push) {
    Item item{static_cast<std::uint32_t>(me), pair.pushed[me] + 1};
    bool done = random() % 2 ? pair.queue->push_for(Item(item), patience) == queue_status::success
                             : pair.queue->try_push(Item(item)) == queue_status::success;
    if (done) ++pair.pushed[me];
    return;
  }
  std::optional<Item> item = random() % 2 ? pair.queue->pop_for(patience) : pair.queue->try_pop();
  if (!item) return;
  ++pair.popped[me];
  if (of != me / 2) return;
  EXPECT_GT(item->number, last[item->by]) << "of one thread's items a later one came first";
  last[item->by] = item->number;
}

TEST(Stress, QueuesKeepAllAndTheirOrderWhileTheirOwnersComeAndGo) {
  Pairs pairs;
  barrier<> round(kThreads);
  by_all([&](std::size_t me, auto interrupt) {
    std::minstd_rand random(static_cast<unsigned>(me) + 1);
    for (int n = 0; n < kRounds; ++n) {
      Pair& own = pairs[me / 2];
      if (me % 2 == 0) {
        own.queue.emplace(4);
        own.pushed = own.popped = {};
      }
      round.arrive_and_wait();
      std::array<std::uint32_t, kThreads> last = {};  // numbers of the items from the own queue
      for (int k = 0; k < kOperations; ++k) {
        // Seldom enough that most queues have owners for a while; whoever comes may take either end.
        bool elsewhere = random() % 64 == 0;
        std::size_t of = elsewhere ? random() % pairs.size() : me / 2;
        push_or_pop(pairs, me, of, elsewhere ? random() % 2 == 0 : me % 2 == 0, random, last);
        if (k % 8 == 0) interrupt();
      }
      round.arrive_and_wait();
      if (me % 2 != 0) continue;
      long left = 0;
      for (std::size_t t = 0; t < kThreads; ++t) left += static_cast<long>(own.pushed[t]) - own.popped[t];
      EXPECT_EQ(static_cast<long>(own.queue->size()), left);
    }
  });
}

}  // namespace
}  // namespace lockstep::sync
