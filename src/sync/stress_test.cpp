// Everything at once, with many more threads than processors, while signals interrupt the threads and another process
// stops this one at random moments: nothing is lost and nobody is stuck. Runs under the sanitizers, too.
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <mutex>
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
#include "lockstep/sync/recursive_mutex.h"
#include "lockstep/sync/semaphore.h"
#include "lockstep/sync/shared_mutex.h"

namespace lockstep::sync {
namespace {

using namespace std::chrono_literals;

constexpr int kThreads = 32;
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
  latch start{1};
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

TEST(Stress, NothingIsLostOrStuckWhileSignalsAndStopsInterrupt) {
  Stopper stopper;
  struct sigaction on_signal = {};
  on_signal.sa_handler = [](int) { signals_seen.fetch_add(1, std::memory_order_relaxed); };
  sigaction(SIGUSR1, &on_signal, nullptr);  // without SA_RESTART: system calls return early
  Shared s;
  std::array<Done, kThreads> done;
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      s.start.wait();
      std::minstd_rand random(static_cast<unsigned>(i) + 1);
      for (int round = 0; round < kRounds; ++round) {
        for (int n = 0; n < kOperations; ++n) {
          operate(s, done[static_cast<std::size_t>(i)], random);
          // The next one is interrupted, wherever it is. Nobody has ended before all have come to the last barrier.
          if (n % 8 == 0) pthread_kill(threads[(static_cast<std::size_t>(i) + 1) % kThreads].native_handle(), SIGUSR1);
        }
        s.round.arrive_and_wait();
      }
    });
  }
  s.start.count_down();
  for (std::jthread& t : threads) t.join();
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
  EXPECT_GT(signals_seen, 0);
  signal(SIGUSR1, SIG_DFL);
}

}  // namespace
}  // namespace lockstep::sync
