// More ways to hang: the kinds of mutexes, process-shared ones, time limits, detached threads, what libraries build on
// locks. A part hangs in the way that the argument names; tests/dump/run looks at it. It writes "ready" when its threads
// are about to block.
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <future>
#include <latch>
#include <mutex>
#include <semaphore>
#include <shared_mutex>
#include <thread>
#include <vector>

#include "parts.h"

namespace {

using parts::arrived;
using parts::await;
using parts::say_ready;

std::mutex a, b, c, d;
std::recursive_mutex recursive;
std::timed_mutex timed;
std::shared_mutex table;
std::shared_timed_mutex timed_table;
std::condition_variable ready;
std::condition_variable_any ready_any;
bool done = false;
std::once_flag once, other_once;
std::latch arrivals(3);
std::barrier meeting(3);
std::counting_semaphore<4> permits(0);
std::atomic<bool> flag = false;
std::atomic<long> wide = 0;
sem_t raw_permits;

template <typename One, typename Two>
void both_orders(One one, Two two) {
  std::thread x([&] {
    one.first();
    ++arrived;
    await(2);
    one.second();
  });
  std::thread y([&] {
    two.first();
    ++arrived;
    await(2);
    two.second();
  });
  await(2);
  say_ready();
  x.join();
  y.join();
}

struct Steps {
  std::function<void()> first, second;
};

// A lock of C between two of C++.
pthread_mutex_t typed(int type, int protocol = PTHREAD_PRIO_NONE, bool robust = false, bool shared = false) {
  pthread_mutex_t m;
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, type);
  pthread_mutexattr_setprotocol(&attributes, protocol);
  if (robust) pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  if (shared) pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutex_init(&m, &attributes);
  return m;
}

pthread_mutex_t left, right;

void two_types(pthread_mutex_t one, pthread_mutex_t two) {
  left = one;
  right = two;
  both_orders(Steps{[] { pthread_mutex_lock(&left); }, [] { pthread_mutex_lock(&right); }},
              Steps{[] { pthread_mutex_lock(&right); }, [] { pthread_mutex_lock(&left); }});
}

// Locks in memory that other processes might see, none of which is there.
void in_shared_memory() {
  void* memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) std::abort();
  static auto* pair = static_cast<pthread_mutex_t*>(memory);
  pair[0] = typed(PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE, false, true);
  pair[1] = typed(PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE, true, true);
  both_orders(Steps{[] { pthread_mutex_lock(&pair[0]); }, [] { pthread_mutex_lock(&pair[1]); }},
              Steps{[] { pthread_mutex_lock(&pair[1]); }, [] { pthread_mutex_lock(&pair[0]); }});
}

void four_way() {
  std::mutex* ring[] = {&a, &b, &c, &d};
  std::vector<std::thread> all;
  for (int i = 0; i < 4; ++i) {
    all.emplace_back([i, &ring] {
      std::lock_guard<std::mutex> mine(*ring[i]);
      ++arrived;
      await(4);
      std::lock_guard<std::mutex> next(*ring[(i + 1) % 4]);
    });
  }
  await(4);
  say_ready();
  for (auto& t : all) t.join();
}

[[gnu::noinline]] void deep(int left_to_go, const std::function<void()>& body) {
  volatile char room[256];
  room[0] = static_cast<char>(left_to_go);
  if (left_to_go == 0) {
    body();
  } else {
    deep(left_to_go - 1, body);
  }
  room[1] = room[0];
}

void detached_pair() {
  std::thread([] {
    std::lock_guard<std::mutex> mine(a);
    ++arrived;
    await(2);
    deep(100, [] { b.lock(); });
  }).detach();
  std::thread([] {
    std::lock_guard<std::mutex> mine(b);
    ++arrived;
    await(2);
    deep(100, [] { a.lock(); });
  }).detach();
  await(2);
  say_ready();
  pthread_exit(nullptr);
}

void shared_upgrade() {
  say_ready();
  std::shared_lock<std::shared_mutex> reading(table);
  std::lock_guard<std::shared_mutex> writing(table);
}

void timed_upgrade() {
  say_ready();
  timed_table.lock_shared();
  timed_table.lock();
}

// As a program does that looks its own symbols up: the mapping is of the same file, and no code is in it. The second one
// comes to lie below the first.
void maps_itself() {
  for (const char* name : {"/proc/self/exe", "/bin/sh"}) {
    const int file = open(name, O_RDONLY);
    const off_t size = lseek(file, 0, SEEK_END);
    if (mmap(nullptr, static_cast<std::size_t>(size), PROT_READ, MAP_PRIVATE, file, 0) == MAP_FAILED) std::abort();
  }
  both_orders(Steps{[] { a.lock(); }, [] { b.lock(); }}, Steps{[] { b.lock(); }, [] { a.lock(); }});
}

// For std::shared_lock, so that the guard says that it holds it while it still waits.
struct ReadersAndWriters {
  pthread_rwlock_t lock;

  void init(int preference) {
    pthread_rwlockattr_t kind;
    pthread_rwlockattr_init(&kind);
    pthread_rwlockattr_setkind_np(&kind, preference);
    pthread_rwlock_init(&lock, &kind);
  }
  void lock_shared() { pthread_rwlock_rdlock(&lock); }
  bool try_lock_shared() { return pthread_rwlock_tryrdlock(&lock) == 0; }
  void unlock_shared() { pthread_rwlock_unlock(&lock); }
  // A wait in glibc, which counts the readers that wait for the end of a writer's turn among those that hold it.
  void await_readers(unsigned count) const {
    constexpr int kReaderShift = 3;
    const volatile unsigned* readers = &lock.__data.__readers;
    while (*readers >> kReaderShift != count) sched_yield();
  }
};
ReadersAndWriters shared_by_two;

void read_with_guard() {
  const std::shared_lock<ReadersAndWriters> reading(shared_by_two);
  ++arrived;
}

// A reader with a guard waits behind a writer that goes first; who holds it has none.
void guard_that_waits() {
  shared_by_two.init(PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  shared_by_two.lock_shared();
  std::thread writer([] { pthread_rwlock_wrlock(&shared_by_two.lock); });
  // A reader is refused once a writer waits.
  while (shared_by_two.try_lock_shared()) {
    shared_by_two.unlock_shared();
    sched_yield();
  }
  std::thread reader(read_with_guard);
  say_ready();
  for (;;) pause();
}

// Two readers wait for the end of a writer's turn, in the midst of a change of turns: the lock names no writer yet, or no
// more; and, with `turn_has_come`, the readers have only to be woken.
void between_turns(bool turn_has_come) {
  shared_by_two.init(PTHREAD_RWLOCK_PREFER_READER_NP);
  pthread_rwlock_wrlock(&shared_by_two.lock);
  std::thread first(read_with_guard), second(read_with_guard);
  shared_by_two.await_readers(2);
  constexpr unsigned kWritersTurn = 3;
  shared_by_two.lock.__data.__cur_writer = 0;
  if (turn_has_come) shared_by_two.lock.__data.__readers &= ~kWritersTurn;
  say_ready();
  for (;;) pause();
}

// One waits with a time limit: it will give way.
void one_is_timed() {
  std::thread x([] {
    std::lock_guard<std::mutex> mine(a);
    ++arrived;
    await(2);
    if (timed.try_lock_for(std::chrono::hours(10))) std::abort();
  });
  std::thread y([] {
    std::lock_guard<std::timed_mutex> mine(timed);
    ++arrived;
    await(2);
    a.lock();
  });
  await(2);
  say_ready();
  x.join();
}

void notified_too_early() {
  ready.notify_all();
  std::thread worker([] {
    std::unique_lock<std::mutex> lock(a);
    ready.wait(lock);
  });
  say_ready();
  worker.join();
}

void any_condition() {
  std::thread worker([] {
    std::unique_lock<std::recursive_mutex> lock(recursive);
    ready_any.wait(lock, [] { return done; });
  });
  say_ready();
  worker.join();
}

void leaked_by_detached() {
  std::thread([] {
    recursive.lock();
    ++arrived;
  }).detach();
  await(1);
  std::vector<std::thread> all;
  for (int i = 0; i < 3; ++i) all.emplace_back([] { recursive.lock(); });
  say_ready();
  for (auto& t : all) t.join();
}

// Of a static variable the same throws an exception.
void once_in_itself() {
  say_ready();
  std::call_once(once, [] { std::call_once(once, [] {}); });
}

void two_onces() {
  both_orders(Steps{[] {},
                    [] {
                      std::call_once(once, [] {
                        ++arrived;
                        await(4);
                        std::call_once(other_once, [] {});
                      });
                    }},
              Steps{[] {},
                    [] {
                      std::call_once(other_once, [] {
                        ++arrived;
                        await(4);
                        std::call_once(once, [] {});
                      });
                    }});
}

void raw_once() {
  static pthread_once_t control = PTHREAD_ONCE_INIT;
  a.lock();
  std::thread worker([] {
    pthread_once(&control, [] {
      ++arrived;
      a.lock();
    });
  });
  await(1);
  say_ready();
  pthread_once(&control, [] {});
}

struct First {
  explicit First(int v) : value(v) {}
  int value;
};
First& second_of_two();
[[gnu::noinline]] First& first_of_two() {
  static First value([] {
    ++arrived;
    await(2);
    return second_of_two().value;
  }());
  return value;
}
[[gnu::noinline]] First& second_of_two() {
  static First value([] {
    ++arrived;
    await(2);
    return first_of_two().value;
  }());
  return value;
}

void two_statics() {
  std::thread x([] { first_of_two(); }), y([] { second_of_two(); });
  say_ready();
  x.join();
  y.join();
}

void joins_each_other() {
  static pthread_t main_thread = pthread_self();
  std::thread worker([] { pthread_join(main_thread, nullptr); });
  say_ready();
  worker.join();
}

void future_of_deferred() {
  std::promise<int> first, second;
  auto one = first.get_future(), two = second.get_future();
  std::thread x([&] { second.set_value(one.get()); }), y([&] { first.set_value(two.get()); });
  say_ready();
  x.join();
  y.join();
}

// The lock is held over a wait in the middle of a queue of 200.
void crowd_in(const std::function<void()>& sleeps) {
  std::vector<std::thread> all;
  all.emplace_back([&] {
    std::lock_guard<std::mutex> lock(a);
    ++arrived;
    sleeps();
  });
  await(1);
  for (int i = 0; i < 200; ++i) {
    all.emplace_back([] {
      ++arrived;
      std::lock_guard<std::mutex> lock(a);
    });
  }
  await(201);
  say_ready();
  all[0].join();
}

// A stream's own lock, held by one that waits for another's.
void streams() {
  static FILE* log = std::tmpfile();
  std::thread x([] {
    flockfile(log);
    ++arrived;
    await(2);
    a.lock();
  });
  std::thread y([] {
    a.lock();
    ++arrived;
    await(2);
    std::fputs("x", log);
  });
  await(2);
  say_ready();
  x.join();
  y.join();
}

void event_nobody_writes() {
  const int fd = eventfd(0, 0);
  say_ready();
  std::uint64_t value = 0;
  if (read(fd, &value, sizeof value) != 8) std::abort();
}

void own_socket_pair() {
  static int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) std::abort();
  const auto reads = [](int fd) {
    char byte = 0;
    if (recv(fd, &byte, 1, 0) < 0) std::abort();
  };
  std::thread other(reads, ends[0]);
  say_ready();
  reads(ends[1]);
}

template <typename Body>
void one_waits(Body body) {
  std::thread worker(body);
  say_ready();
  worker.join();
}

const parts::Table kParts = {
    {"kinds_errorcheck", [] { two_types(typed(PTHREAD_MUTEX_ERRORCHECK), typed(PTHREAD_MUTEX_RECURSIVE)); }},
    {"kinds_adaptive", [] { two_types(typed(PTHREAD_MUTEX_ADAPTIVE_NP), typed(PTHREAD_MUTEX_NORMAL)); }},
    {"kinds_robust",
     [] {
       two_types(typed(PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_INHERIT, true),
                 typed(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_NONE, true));
     }},
    {"kinds_inherit",
     [] { two_types(typed(PTHREAD_MUTEX_RECURSIVE, PTHREAD_PRIO_INHERIT), typed(PTHREAD_MUTEX_NORMAL)); }},
    {"kinds_shared_memory", in_shared_memory},
    {"kinds_four_way", four_way},
    {"kinds_detached", detached_pair},
    {"kinds_upgrade", shared_upgrade},
    {"kinds_timed_upgrade", timed_upgrade},
    {"kinds_maps_itself", maps_itself},
    {"kinds_guard_waits", guard_that_waits},
    {"kinds_between_writers", [] { between_turns(false); }},
    {"kinds_before_the_wake", [] { between_turns(true); }},
    {"kinds_timed", one_is_timed},
    {"kinds_too_early", notified_too_early},
    {"kinds_any_condition", any_condition},
    {"kinds_leaked", leaked_by_detached},
    {"kinds_once_in_itself", once_in_itself},
    {"kinds_two_onces", two_onces},
    {"kinds_raw_once", raw_once},
    {"kinds_two_statics", two_statics},
    {"kinds_join_cycle", joins_each_other},
    {"kinds_two_futures", future_of_deferred},
    {"kinds_crowd_sleeps", [] { crowd_in([] { std::this_thread::sleep_for(std::chrono::hours(10)); }); }},
    {"kinds_crowd_pipe",
     [] {
       crowd_in([] {
         int ends[2];
         if (pipe(ends) != 0) std::abort();
         char byte = 0;
         if (read(ends[0], &byte, 1) < 0) std::abort();
       });
     }},
    {"kinds_stream", streams},
    {"kinds_eventfd", event_nobody_writes},
    {"kinds_socket_pair", own_socket_pair},
    {"kinds_latch", [] { one_waits([] { arrivals.arrive_and_wait(); }); }},
    {"kinds_barrier", [] { one_waits([] { meeting.arrive_and_wait(); }); }},
    {"kinds_semaphore", [] { one_waits([] { permits.acquire(); }); }},
    {"kinds_flag", [] { one_waits([] { flag.wait(false); }); }},
    {"kinds_wide", [] { one_waits([] { wide.wait(0); }); }},
    {"kinds_raw_semaphore",
     [] {
       sem_init(&raw_permits, 0, 0);
       std::vector<std::thread> all;
       for (int i = 0; i < 5; ++i) all.emplace_back([] { sem_wait(&raw_permits); });
       say_ready();
       all[0].join();
     }},
};

}  // namespace

int main(int argc, char** argv) { return parts::play(kParts, argc, argv); }
