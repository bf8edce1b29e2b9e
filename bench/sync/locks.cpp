// Locks, semaphores, events and conditions against what Debian packages: prints the rows of docs/sync-benchmarks.md.
// locks [--rounds N]
#include <absl/synchronization/mutex.h>
#include <nsync.h>
#include <oneapi/tbb/rw_mutex.h>

#include <boost/thread/shared_mutex.hpp>
#include <climits>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <semaphore>
#include <shared_mutex>

#include "lockstep/sync/condition.h"
#include "lockstep/sync/event.h"
#include "lockstep/sync/fair_mutex.h"
#include "lockstep/sync/mutex.h"
#include "lockstep/sync/semaphore.h"
#include "lockstep/sync/shared_mutex.h"
#include "pairs.h"

namespace {

using bench::now_ns;
using namespace std::chrono_literals;

// ---- What is compared, under one interface
struct floor_mutex {  // the least that a futex mutex does: one compare-exchange, one exchange
  std::atomic<std::uint32_t> word = 0;
  void lock() {
    std::uint32_t free = 0;
    while (!word.compare_exchange_strong(free, 1, std::memory_order_acquire)) free = 0;
  }
  void unlock() {
    if (word.exchange(0, std::memory_order_release) == 2) lockstep::sync::futex_wake(word);
  }
};
struct absl_mutex {
  absl::Mutex m;
  void lock() { m.Lock(); }
  void unlock() { m.Unlock(); }
  void lock_shared() { m.ReaderLock(); }
  void unlock_shared() { m.ReaderUnlock(); }
};
struct nsync_mutex {
  nsync::nsync_mu m = NSYNC_MU_INIT;
  void lock() { nsync::nsync_mu_lock(&m); }
  void unlock() { nsync::nsync_mu_unlock(&m); }
  void lock_shared() { nsync::nsync_mu_rlock(&m); }
  void unlock_shared() { nsync::nsync_mu_runlock(&m); }
};

struct tbb_rw_mutex : oneapi::tbb::rw_mutex {};

template <class Mutex>
double uncontended() {
  static Mutex m;
  constexpr int kTimes = 2'000'000;
  double begin = now_ns();
  for (int i = 0; i < kTimes; ++i) {
    m.lock();
    asm volatile("" ::: "memory");
    m.unlock();
  }
  return (now_ns() - begin) / kTimes;
}
template <class Mutex>
double uncontended_increment() {
  static Mutex m;
  static long n = 0;
  constexpr int kTimes = 2'000'000;
  double begin = now_ns();
  for (int i = 0; i < kTimes; ++i) {
    m.lock();
    ++n;
    m.unlock();
  }
  return (now_ns() - begin) / kTimes;
}
template <class Mutex>
double uncontended_shared() {
  static Mutex m;
  constexpr int kTimes = 1'000'000;
  double begin = now_ns();
  for (int i = 0; i < kTimes; ++i) {
    m.lock_shared();
    asm volatile("" ::: "memory");
    m.unlock_shared();
  }
  return (now_ns() - begin) / kTimes;
}

/// `threads` threads increment a counter under the lock, with a little work outside.
template <class Mutex, int kThreads>
double contended() {
  static Mutex m;
  static long n = 0;
  constexpr int kTimes = 2'000'000 / kThreads;
  std::atomic<int> ready = 0;
  std::vector<std::thread> threads;
  std::atomic<double> begin = 0;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      if (++ready == kThreads) begin = now_ns();
      while (begin == 0) std::this_thread::yield();
      for (int i = 0; i < kTimes; ++i) {
        m.lock();
        ++n;
        m.unlock();
        for (int work = 0; work < 20; ++work) asm volatile("");
      }
    });
  }
  for (std::thread& t : threads) t.join();
  return (now_ns() - begin) / (kTimes * kThreads);
}

// ---- Hand-offs: two threads, one signal each way
struct our_semaphore {
  lockstep::sync::semaphore s{0};
  void give() { s.release(); }
  void take() { s.acquire(); }
};
struct std_semaphore {
  std::counting_semaphore<> s{0};
  void give() { s.release(); }
  void take() { s.acquire(); }
};
struct our_event {
  lockstep::sync::auto_reset_event e;
  void give() { e.set(); }
  void take() { e.wait(); }
};
template <class Mutex, class Condition>
struct flag_and_condition {
  Mutex m;
  Condition c;
  bool set = false;
  void give() {
    {
      std::lock_guard lock(m);
      set = true;
    }
    c.notify_one();
  }
  void take() {
    std::unique_lock lock(m);
    c.wait(lock, [&] { return set; });
    set = false;
  }
};
using our_condition = flag_and_condition<lockstep::sync::mutex, lockstep::sync::condition>;
using std_condition = flag_and_condition<std::mutex, std::condition_variable>;
struct absl_flag {
  absl::Mutex m;
  bool set = false;
  void give() {
    absl::MutexLock lock(&m);
    set = true;
  }
  void take() {
    absl::MutexLock lock(&m);
    m.Await(absl::Condition(&set));
    set = false;
  }
};

/// Nanoseconds for one hand-off, with `kBurners` other threads that never sleep; they run for a fifth of a second, so
/// that it counts in which order the kernel puts all on the processors not once but many times.
template <class Signal, int kBurners>
double hand_off() {
  constexpr double kLong = kBurners ? 200e6 : 20e6;
  std::atomic<bool> over = false;
  std::vector<std::thread> burners;
  for (int i = 0; i < kBurners; ++i) {
    burners.emplace_back([&] {
      while (!over.load(std::memory_order_relaxed)) asm volatile("");
    });
  }
  Signal ping, pong;
  bool last = false;
  std::thread other([&] {
    for (;;) {
      ping.take();
      if (last) return;
      pong.give();
    }
  });
  double begin = now_ns();
  double end = begin;
  long rounds = 0;
  while (end - begin < kLong) {
    for (int i = 0; i < 10; ++i) {
      ping.give();
      pong.take();
    }
    rounds += 10;
    end = now_ns();
  }
  last = true;
  ping.give();
  over = true;
  other.join();
  for (std::thread& b : burners) b.join();
  return (end - begin) / static_cast<double>(2 * rounds);
}

/// Nanoseconds until a writer is in while six readers overlap without end; 200 ms if it does not get in.
template <class Mutex>
double writer_entry() {
  static Mutex m;
  std::atomic<bool> over = false;
  std::atomic<int> reading = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 6; ++i) {
    readers.emplace_back([&] {
      while (!over) {
        m.lock_shared();
        ++reading;
        std::this_thread::sleep_for(1ms);
        m.unlock_shared();
      }
    });
  }
  while (reading < 12) std::this_thread::yield();
  std::atomic<double> entered = 0;
  double begin = now_ns();
  std::thread writer([&] {
    m.lock();
    entered = now_ns();
    m.unlock();
  });
  while (entered == 0 && now_ns() - begin < 200e6) std::this_thread::sleep_for(100us);
  over = true;
  double took = entered == 0 ? 200e6 : entered - begin;
  writer.join();
  for (std::thread& r : readers) r.join();
  return took;
}

/// Least over greatest number of acquisitions of four threads that want the lock all the time, counted once all are at
/// it.
template <class Mutex>
double share() {
  static Mutex m;
  constexpr int kThreads = 4;
  struct alignas(64) padded {
    std::atomic<long> n = 0;
  };
  padded counts[kThreads];
  std::atomic<bool> over = false;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      while (!over.load(std::memory_order_relaxed)) {
        m.lock();
        counts[t].n.store(counts[t].n.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        for (int work = 0; work < 200; ++work) asm volatile("");
        m.unlock();
      }
    });
  }
  for (padded& c : counts) {
    while (c.n == 0) std::this_thread::yield();
  }
  std::this_thread::sleep_for(20ms);
  long before[kThreads], most = 0, least = LONG_MAX;
  for (int t = 0; t < kThreads; ++t) before[t] = counts[t].n;
  std::this_thread::sleep_for(200ms);
  for (int t = 0; t < kThreads; ++t) {
    long n = counts[t].n - before[t];
    least = std::min(least, n);
    most = std::max(most, n);
  }
  over = true;
  for (std::thread& t : threads) t.join();
  return static_cast<double>(least) / static_cast<double>(most);
}
template <class Mutex>
void print_share(const char* name, int rounds) {
  std::vector<double> shares;
  for (int r = 0; r < rounds; ++r) shares.push_back(share<Mutex>());
  std::printf("| %s | %.3f |\n", name, bench::median(shares));
}

}  // namespace

int main(int argc, char** argv) {
  int rounds = argc == 3 && !std::strcmp(argv[1], "--rounds") ? std::atoi(argv[2]) : 11;
  using lockstep::sync::fair_mutex, lockstep::sync::mutex, lockstep::sync::shared_mutex;
  std::puts("| what | who | median ns | ours / its | line round trip ns |\n|---|---|---|---|---|");
  bench::compare("uncontended lock + unlock",
                 {{"**mutex**", uncontended<mutex>},
                  {"compare-exchange + exchange", uncontended<floor_mutex>},
                  {"std::mutex", uncontended<std::mutex>},
                  {"absl::Mutex", uncontended<absl_mutex>},
                  {"nsync_mu", uncontended<nsync_mutex>},
                  {"fair_mutex (ours)", uncontended<fair_mutex>}},
                 rounds);
  bench::compare("uncontended lock + increment + unlock",
                 {{"**mutex**", uncontended_increment<mutex>},
                  {"compare-exchange + exchange", uncontended_increment<floor_mutex>},
                  {"std::mutex", uncontended_increment<std::mutex>},
                  {"absl::Mutex", uncontended_increment<absl_mutex>},
                  {"nsync_mu", uncontended_increment<nsync_mutex>}},
                 rounds);
  bench::compare("two threads, short sections",
                 {{"**mutex**", contended<mutex, 2>},
                  {"std::mutex", contended<std::mutex, 2>},
                  {"absl::Mutex", contended<absl_mutex, 2>},
                  {"nsync_mu", contended<nsync_mutex, 2>},
                  {"fair_mutex (ours)", contended<fair_mutex, 2>}},
                 rounds);
  bench::compare("16 threads, short sections",
                 {{"**mutex**", contended<mutex, 16>},
                  {"std::mutex", contended<std::mutex, 16>},
                  {"absl::Mutex", contended<absl_mutex, 16>},
                  {"nsync_mu", contended<nsync_mutex, 16>}},
                 rounds);
  bench::compare(
      "hand-off by semaphore",
      {{"**semaphore**", hand_off<our_semaphore, 0>}, {"std::counting_semaphore", hand_off<std_semaphore, 0>}}, rounds);
  bench::compare("hand-off by event",
                 {{"**auto_reset_event**", hand_off<our_event, 0>},
                  {"std::condition_variable and flag", hand_off<std_condition, 0>},
                  {"absl::Mutex::Await", hand_off<absl_flag, 0>}},
                 rounds);
  bench::compare("hand-off by condition",
                 {{"**condition** and mutex", hand_off<our_condition, 0>},
                  {"std::condition_variable and std::mutex", hand_off<std_condition, 0>}},
                 rounds);
  bench::compare(
      "hand-off by semaphore, oversubscribed",
      {{"**semaphore**", hand_off<our_semaphore, 2>}, {"std::counting_semaphore", hand_off<std_semaphore, 2>}}, rounds);
  bench::compare("hand-off by event, oversubscribed",
                 {{"**auto_reset_event**", hand_off<our_event, 2>},
                  {"std::condition_variable and flag", hand_off<std_condition, 2>}},
                 rounds);
  bench::compare("hand-off by condition, oversubscribed",
                 {{"**condition** and mutex", hand_off<our_condition, 2>},
                  {"std::condition_variable and std::mutex", hand_off<std_condition, 2>}},
                 rounds);
  bench::compare("uncontended read lock + unlock",
                 {{"**shared_mutex**", uncontended_shared<shared_mutex>},
                  {"std::shared_mutex", uncontended_shared<std::shared_mutex>},
                  {"absl::Mutex", uncontended_shared<absl_mutex>},
                  {"boost::shared_mutex", uncontended_shared<boost::shared_mutex>},
                  {"tbb::rw_mutex", uncontended_shared<tbb_rw_mutex>}},
                 rounds);
  bench::compare("a writer enters while six readers overlap",
                 {{"**shared_mutex**", writer_entry<shared_mutex>},
                  {"std::shared_mutex", writer_entry<std::shared_mutex>},
                  {"absl::Mutex", writer_entry<absl_mutex>},
                  {"boost::shared_mutex", writer_entry<boost::shared_mutex>},
                  {"tbb::rw_mutex", writer_entry<tbb_rw_mutex>}},
                 rounds);
  std::puts("\n| four threads that always want the lock | least / greatest share |\n|---|---|");
  print_share<fair_mutex>("**fair_mutex**", rounds);
  print_share<mutex>("mutex (ours)", rounds);
  print_share<std::mutex>("std::mutex", rounds);
  print_share<absl_mutex>("absl::Mutex", rounds);
}
