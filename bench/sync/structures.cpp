// Queues, counter and fork-join against what Debian packages: prints the rows of docs/sync-structures-benchmarks.md.
// structures [--rounds N] [--only TEXT] [queues|counter|fork|all]; TEXT: a part of what is measured, or of a contestant.
#include <concurrentqueue/blockingconcurrentqueue.h>
#include <concurrentqueue/concurrentqueue.h>
#include <readerwriterqueue/readerwritercircularbuffer.h>
#include <readerwriterqueue/readerwriterqueue.h>
#include <tbb/concurrent_queue.h>
#include <tbb/parallel_invoke.h>
#include <tbb/task_group.h>

#include <atomic>
#include <boost/lockfree/queue.hpp>
#include <boost/lockfree/spsc_queue.hpp>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <optional>

#include "atomic_queue/atomic_queue.h"
#include "lockstep/sync/bounded_queue.h"
#include "lockstep/sync/counter.h"
#include "lockstep/sync/fork_join.h"
#include "lockstep/sync/spsc_queue.h"
#include "pairs.h"

namespace {

using item = std::uint64_t;
using bench::now_ns;

/// What a user of a queue without blocking calls does: pause some times, then let others run.
template <class Try>
void retry(Try&& attempt) {
  for (int i = 0; !attempt(); ++i) {
    if (i < 64) {
      __builtin_ia32_pause();
    } else {
      std::this_thread::yield();
    }
  }
}

struct ours {
  explicit ours(std::size_t n) : q(n) {}
  void push(item v) { q.push(v); }
  item pop() { return *q.pop(); }
  lockstep::sync::bounded_queue<item> q;
};
struct ours_spsc {
  explicit ours_spsc(std::size_t n) : q(n) {}
  void push(item v) { q.push(v); }
  item pop() { return *q.pop(); }
  lockstep::sync::spsc_queue<item> q;
};
struct moodycamel_concurrent {
  explicit moodycamel_concurrent(std::size_t n) : q(n) {}
  void push(item v) { q.enqueue(v); }
  item pop() {
    item v;
    retry([&] { return q.try_dequeue(v); });
    return v;
  }
  moodycamel::ConcurrentQueue<item> q;
};
struct moodycamel_blocking {
  explicit moodycamel_blocking(std::size_t n) : q(n) {}
  void push(item v) { q.enqueue(v); }
  item pop() {
    item v;
    q.wait_dequeue(v);
    return v;
  }
  moodycamel::BlockingConcurrentQueue<item> q;
};
struct moodycamel_reader_writer {
  explicit moodycamel_reader_writer(std::size_t n) : q(n) {}
  void push(item v) {
    retry([&] { return q.try_enqueue(v); });
  }
  item pop() {
    item v;
    retry([&] { return q.try_dequeue(v); });
    return v;
  }
  moodycamel::ReaderWriterQueue<item> q;
};
struct moodycamel_circular {
  explicit moodycamel_circular(std::size_t n) : q(n) {}
  void push(item v) { q.wait_enqueue(v); }
  item pop() {
    item v;
    q.wait_dequeue(v);
    return v;
  }
  moodycamel::BlockingReaderWriterCircularBuffer<item> q;
};
template <bool Spsc>
struct max0d_atomic {
  explicit max0d_atomic(std::size_t n) : q(static_cast<unsigned>(n)) {}
  void push(item v) {
    retry([&] { return q.try_push(v); });
  }
  item pop() {
    item v;
    retry([&] { return q.try_pop(v); });
    return v;
  }
  atomic_queue::AtomicQueueB2<item, std::allocator<item>, true, false, Spsc> q;
};
struct boost_queue {
  explicit boost_queue(std::size_t n) : q(n) {}
  void push(item v) {
    retry([&] { return q.bounded_push(v); });
  }
  item pop() {
    item v;
    retry([&] { return q.pop(v); });
    return v;
  }
  boost::lockfree::queue<item> q;
};
struct boost_spsc {
  explicit boost_spsc(std::size_t n) : q(n) {}
  void push(item v) {
    retry([&] { return q.push(v); });
  }
  item pop() {
    item v;
    retry([&] { return q.pop(v); });
    return v;
  }
  boost::lockfree::spsc_queue<item> q;
};
struct tbb_bounded {
  explicit tbb_bounded(std::size_t n) { q.set_capacity(static_cast<std::ptrdiff_t>(n)); }
  void push(item v) { q.push(v); }
  item pop() {
    item v;
    q.pop(v);
    return v;
  }
  tbb::concurrent_bounded_queue<item> q;
};

struct streamed {
  double ns = 0;           ///< for an item
  double least_share = 0;  ///< what the consumer that got least got, divided by an even share
};

/// Sends `items` through a queue, or as many as go through within `longest` nanoseconds. The items are numbers above 0,
/// and 0 ends a consumer.
template <class Queue>
streamed stream(std::size_t capacity, int producers, int consumers, std::uint64_t items, double longest) {
  auto queue = std::make_unique<Queue>(capacity);
  std::atomic<bool> go{false};
  std::atomic<std::uint64_t> sum{0};
  std::atomic<std::uint64_t> sent{0};
  std::atomic<double> begin{0};
  std::vector<std::uint64_t> shares(static_cast<std::size_t>(consumers));
  std::vector<std::thread> in;
  std::vector<std::thread> out;
  for (int c = 0; c < consumers; ++c) {
    out.emplace_back([&, c] {
      std::uint64_t mine = 0;
      std::uint64_t got = 0;
      while (item v = queue->pop()) {
        mine += v;
        ++got;
      }
      sum += mine;
      shares[static_cast<std::size_t>(c)] = got;
    });
  }
  for (int p = 0; p < producers; ++p) {
    in.emplace_back([&] {
      while (!go.load()) std::this_thread::yield();
      std::uint64_t i = 0;
      for (; i < items / static_cast<std::uint64_t>(producers); ++i) {
        if (longest != 0 && i % 256 == 0 && now_ns() - begin > longest) break;
        queue->push(1);
      }
      sent += i;
    });
  }
  begin = now_ns();
  go = true;
  for (auto& t : in) t.join();
  for (int c = 0; c < consumers; ++c) queue->push(0);
  for (auto& t : out) t.join();
  // A queue that is not first in first out between producers may deliver the ends before the last items.
  while (sum < sent) sum += queue->pop();
  double end = now_ns();
  if (sum != sent) {
    std::fprintf(stderr, "a queue lost or doubled items: %llu of %llu\n", static_cast<unsigned long long>(sum.load()),
                 static_cast<unsigned long long>(sent.load()));
    std::exit(1);
  }
  auto all = static_cast<double>(sent);
  return {(end - begin) / all, static_cast<double>(*std::min_element(shares.begin(), shares.end())) * consumers / all};
}

template <class Queue>
bench::contestant queue(const char* name, std::size_t capacity, int producers, int consumers, std::uint64_t items) {
  return {name, [=] { return stream<Queue>(capacity, producers, consumers, items, 0).ns; }};
}

template <class Queue>
void print_share(const char* name, int rounds) {
  constexpr double kLongest = 400e6;
  std::vector<double> shares;
  for (int r = 0; r < rounds; ++r) shares.push_back(stream<Queue>(1024, 4, 4, UINT64_MAX, kLongest).least_share);
  std::printf("| %s | %.2f |\n", name, bench::median(shares));
  std::fflush(stdout);
}

void queues(int rounds) {
  for (std::size_t capacity : {std::size_t{64}, std::size_t{1024}}) {
    constexpr std::uint64_t kItems = 1'000'000;
    std::string what = "queue 1p1c " + std::to_string(capacity);
    bench::compare(what.c_str(),
                   {queue<ours>("lockstep bounded_queue", capacity, 1, 1, kItems),
                    queue<ours_spsc>("lockstep spsc_queue", capacity, 1, 1, kItems),
                    queue<moodycamel_concurrent>("concurrentqueue (unbounded)", capacity, 1, 1, kItems),
                    queue<moodycamel_blocking>("concurrentqueue blocking (unbounded)", capacity, 1, 1, kItems),
                    queue<moodycamel_reader_writer>("readerwriterqueue", capacity, 1, 1, kItems),
                    queue<moodycamel_circular>("readerwriterqueue blocking circular", capacity, 1, 1, kItems),
                    queue<max0d_atomic<false>>("atomic_queue B2", capacity, 1, 1, kItems),
                    queue<max0d_atomic<true>>("atomic_queue B2 SPSC", capacity, 1, 1, kItems),
                    queue<boost_queue>("boost::lockfree::queue", capacity, 1, 1, kItems),
                    queue<boost_spsc>("boost::lockfree::spsc_queue", capacity, 1, 1, kItems),
                    queue<tbb_bounded>("tbb::concurrent_bounded_queue", capacity, 1, 1, kItems)},
                   rounds);
  }
  constexpr std::uint64_t kItems = 400'000;
  bench::compare("queue 4p4c 1024",
                 {queue<ours>("lockstep bounded_queue", 1024, 4, 4, kItems),
                  queue<moodycamel_concurrent>("concurrentqueue (unbounded)", 1024, 4, 4, kItems),
                  queue<moodycamel_blocking>("concurrentqueue blocking (unbounded)", 1024, 4, 4, kItems),
                  queue<max0d_atomic<false>>("atomic_queue B2", 1024, 4, 4, kItems),
                  queue<boost_queue>("boost::lockfree::queue", 1024, 4, 4, kItems),
                  queue<tbb_bounded>("tbb::concurrent_bounded_queue", 1024, 4, 4, kItems)},
                 rounds);
  std::puts("\n| four producers, four consumers, 0.4 s | least / even share of a consumer |\n|---|---:|");
  print_share<ours>("lockstep bounded_queue", rounds);
  print_share<moodycamel_blocking>("concurrentqueue blocking (unbounded)", rounds);
  print_share<tbb_bounded>("tbb::concurrent_bounded_queue", rounds);
  std::puts("");
}

/// The calling thread's own time, so that what else runs on the machine does not count.
double my_cpu_ns() {
  timespec t = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

/// Nanoseconds of processor time for an add, of two threads that add at the same time.
template <class Add>
double two_adders(Add add) {
  constexpr int kAdds = 5'000'000;
  double ns[2];
  std::atomic<int> ready{0};
  auto adder = [&](int self) {
    ++ready;
    while (ready.load() != 2) {
    }
    double begin = my_cpu_ns();
    for (int i = 0; i < kAdds; ++i) add();
    ns[self] = (my_cpu_ns() - begin) / kAdds;
  };
  std::thread other([&] { adder(1); });
  adder(0);
  other.join();
  return (ns[0] + ns[1]) / 2;
}

void counters(int rounds) {
  lockstep::sync::counter sharded;
  // What a thread has for itself: no counter can be quicker.
  struct alignas(64) own {
    volatile std::int64_t n = 0;
  };
  static thread_local own mine;
  std::atomic<std::int64_t> one{0};
  bench::compare(
      "counter, 2 threads, a thread's add",
      {{"lockstep counter", [&] { return two_adders([&] { sharded.add(); }); }},
       {"a variable of the thread's own", [&] { return two_adders([&] { mine.n = mine.n + 1; }); }},
       {"std::atomic fetch_add", [&] { return two_adders([&] { one.fetch_add(1, std::memory_order_relaxed); }); }}},
      rounds);
}

long fib_ours(lockstep::sync::thread_pool& pool, int n) {
  if (n < 2) return n;
  long a = 0;
  long b = 0;
  lockstep::sync::fork_join(
      pool, [&] { a = fib_ours(pool, n - 1); }, [&] { b = fib_ours(pool, n - 2); });
  return a + b;
}
long fib_task_group(int n) {
  if (n < 2) return n;
  long a = 0;
  long b = 0;
  tbb::task_group group;
  group.run([&] { b = fib_task_group(n - 2); });
  a = fib_task_group(n - 1);
  group.wait();
  return a + b;
}
long fib_invoke(int n) {
  if (n < 2) return n;
  long a = 0;
  long b = 0;
  tbb::parallel_invoke([&] { a = fib_invoke(n - 1); }, [&] { b = fib_invoke(n - 2); });
  return a + b;
}

/// Nanoseconds a fork: fib(n) forks fib(n + 1) - 1 times.
template <class Fib>
double forks(Fib fib) {
  constexpr int kN = 25;
  constexpr double kForks = 121392;
  double begin = now_ns();
  long r = fib(kN);
  double end = now_ns();
  if (r != 75025) std::exit(1);
  return (end - begin) / kForks;
}

void fork_join(int rounds) {
  lockstep::sync::thread_pool pool(2);
  bench::compare("fork-join, fib(25), 2 workers, a fork",
                 {{"lockstep fork_join",
                   [&] { return forks([&](int n) { return pool.submit([&] { return fib_ours(pool, n); }).get(); }); }},
                  {"tbb::task_group", [] { return forks(fib_task_group); }},
                  {"tbb::parallel_invoke", [] { return forks(fib_invoke); }}},
                 rounds);
}

}  // namespace

int main(int argc, char** argv) {
  int rounds = 11;
  std::string part = "all";
  for (int i = 1; i < argc; ++i) {
    if (!std::strcmp(argv[i], "--rounds") && i + 1 < argc) {
      rounds = std::max(1, std::atoi(argv[++i]));
    } else if (!std::strcmp(argv[i], "--only") && i + 1 < argc) {
      bench::only = argv[++i];
    } else {
      part = argv[i];
    }
  }
  std::printf("| measured | contestant | ns | ours / its | line round trip, ns |\n|---|---|---:|---:|---:|\n");
  if (part == "all" || part == "counter") counters(rounds);
  if (part == "all" || part == "fork") fork_join(rounds);
  if (part == "all" || part == "queues") queues(rounds);
  return 0;
}
