// A process that hangs, works or idles in the way that its argument names; tests/dump/run looks at it. It writes
// "ready" when its threads are about to block.
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <future>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

#include "parts.h"

namespace {

using parts::arrived;
using parts::await;
using parts::say_ready;

struct Account {
  std::mutex mutex;
  int balance = 0;
};

std::mutex a, b, c;
std::shared_mutex table;
pthread_rwlock_t raw_table = PTHREAD_RWLOCK_INITIALIZER;
std::condition_variable ready;
bool done = false;
sem_t permits;
pthread_barrier_t raw_meeting;
std::once_flag once;
std::atomic<int> word = 0;
Account alice, bob;

[[gnu::noinline]] void transfer(Account& from, Account& to) {
  std::lock_guard<std::mutex> first(from.mutex);
  ++arrived;
  await(2);
  std::lock_guard<std::mutex> second(to.mutex);
  --from.balance;
  ++to.balance;
}

void ab_ba() {
  std::thread x([] { transfer(alice, bob); }), y([] { transfer(bob, alice); });
  await(2);
  say_ready();
  x.join();
  y.join();
}

void three_way() {
  const auto take = [](std::mutex& mine, std::mutex& next) {
    mine.lock();
    ++arrived;
    await(3);
    next.lock();
    next.unlock();
    mine.unlock();
  };
  std::thread x([&] { take(a, b); }), y([&] { take(b, c); }), z([&] { take(c, a); });
  await(3);
  say_ready();
  x.join();
  y.join();
  z.join();
}

void self_deadlock() {
  say_ready();
  a.lock();
  a.lock();
  a.unlock();
}

void lock_join() {
  a.lock();
  std::thread worker([] {
    a.lock();
    a.unlock();
  });
  say_ready();
  worker.join();
  a.unlock();
}

void lost_wakeup() {
  ready.notify_one();  // nobody waits yet
  std::thread worker([] {
    std::unique_lock<std::mutex> lock(a);
    ready.wait(lock);
  });
  say_ready();
  worker.join();
}

void nested_monitor() {
  std::thread sleeper([] {
    std::lock_guard<std::mutex> outer(b);
    std::unique_lock<std::mutex> lock(a);
    ++arrived;
    ready.wait(lock, [] { return done; });
  });
  await(1);
  std::thread waker([] {
    std::lock_guard<std::mutex> outer(b);
    done = true;
    ready.notify_one();
  });
  say_ready();
  sleeper.join();
  waker.join();
}

void upgrade() {
  std::thread worker([] {
    pthread_rwlock_rdlock(&raw_table);
    pthread_rwlock_wrlock(&raw_table);
    pthread_rwlock_unlock(&raw_table);
  });
  say_ready();
  worker.join();
}

void upgrade_two() {
  const auto work = [] {
    std::shared_lock<std::shared_mutex> reading(table);
    ++arrived;
    await(2);
    table.lock();
    table.unlock();
  };
  std::thread x(work), y(work);
  say_ready();
  x.join();
  y.join();
}

// Writers go first, so a reader that reads again waits behind one that waits for it.
void read_again() {
  static pthread_rwlock_t config;
  pthread_rwlockattr_t kind;
  pthread_rwlockattr_init(&kind);
  pthread_rwlockattr_setkind_np(&kind, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  pthread_rwlock_init(&config, &kind);
  pthread_rwlock_rdlock(&config);
  std::thread writer([] { pthread_rwlock_wrlock(&config); });
  // A reader is refused once a writer waits.
  while (pthread_rwlock_tryrdlock(&config) == 0) {
    pthread_rwlock_unlock(&config);
    sched_yield();
  }
  say_ready();
  pthread_rwlock_rdlock(&config);
  writer.join();
}

// Another thread is alive and well: what the upgrade waits for must be found without the help of silence.
void upgrade_beside_work() {
  std::thread([] {
    for (;;) pause();
  }).detach();
  upgrade();
}

void leaked_lock() {
  std::thread([] { a.lock(); }).join();
  std::thread worker([] {
    a.lock();
    a.unlock();
  });
  say_ready();
  worker.join();
}

[[gnu::noinline]] void slow_io(int fd) {
  char byte;
  [[maybe_unused]] const ssize_t n = read(fd, &byte, 1);
}

void crowd() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) std::abort();
  if (fork() == 0) {
    close(ends[0]);
    while (getppid() != 1) usleep(100000);  // keeps the other end, and goes with its parent
    _exit(0);
  }
  close(ends[1]);
  std::thread holder([&] {
    std::lock_guard<std::mutex> lock(a);
    ++arrived;
    slow_io(ends[0]);
  });
  await(1);
  std::vector<std::thread> all;
  for (int i = 0; i < 200; ++i) {
    all.emplace_back([] {
      ++arrived;
      std::lock_guard<std::mutex> lock(a);
    });
  }
  await(201);
  say_ready();
  holder.join();
  for (auto& t : all) t.join();
}

// A reader that sleeps in input is no deadlock, though the lock does not say who reads.
void reader_in_io() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) std::abort();
  if (fork() == 0) {
    close(ends[0]);
    while (getppid() != 1) usleep(100000);
    _exit(0);
  }
  close(ends[1]);
  std::thread holder([&] {
    pthread_rwlock_rdlock(&raw_table);
    ++arrived;
    slow_io(ends[0]);
    pthread_rwlock_unlock(&raw_table);
  });
  await(1);
  std::thread writer([] { pthread_rwlock_wrlock(&raw_table); });
  say_ready();
  holder.join();
  writer.join();
}

void writer_holds() {
  std::thread holder([] {
    std::unique_lock<std::shared_mutex> lock(table);
    ++arrived;
    for (;;) pause();
  });
  await(1);
  std::thread reader([] { std::shared_lock<std::shared_mutex> lock(table); });
  say_ready();
  holder.join();
  reader.join();
}

void semaphore() {
  sem_init(&permits, 0, 0);
  std::thread worker([] { sem_wait(&permits); });
  say_ready();
  worker.join();
}

void barrier() {
  pthread_barrier_init(&raw_meeting, nullptr, 3);
  std::thread x([] { pthread_barrier_wait(&raw_meeting); }), y([] { pthread_barrier_wait(&raw_meeting); });
  say_ready();
  x.join();
  y.join();
}

void future() {
  std::promise<int> promise;
  auto value = promise.get_future();
  std::thread worker([&] { value.get(); });
  say_ready();
  worker.join();
}

[[gnu::noinline]] int slow_value() {
  ++arrived;
  std::lock_guard<std::mutex> lock(a);
  return 1;
}
[[gnu::noinline]] int shared_value() {
  static const int value = slow_value();
  return value;
}

// Two threads, one lock, and a static variable: the one that initialises it needs the lock of the other, which wants
// the variable.
void static_guard() {
  std::thread x([] {
    std::lock_guard<std::mutex> lock(a);
    await(1);
    shared_value();
  });
  std::thread y([] {
    while (a.try_lock()) a.unlock();
    shared_value();
  });
  say_ready();
  x.join();
  y.join();
}

void call_once() {
  std::thread x([] {
    std::lock_guard<std::mutex> lock(a);
    await(1);
    std::call_once(once, [] {});
  });
  std::thread y([] {
    while (a.try_lock()) a.unlock();
    std::call_once(once, [] {
      ++arrived;
      std::lock_guard<std::mutex> lock(a);
    });
  });
  say_ready();
  x.join();
  y.join();
}

void atomic_wait() {
  std::thread worker([] { word.wait(0); });
  say_ready();
  worker.join();
}

void own_pipe() {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  std::thread worker([&] { slow_io(ends[0]); });
  say_ready();
  worker.join();
}

void two_kinds(int type, int protocol, bool robust) {
  static pthread_mutex_t m;
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, type);
  pthread_mutexattr_setprotocol(&attributes, protocol);
  if (robust) pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&m, &attributes);
  pthread_mutex_lock(&m);
  std::thread worker([] { pthread_mutex_lock(&m); });
  say_ready();
  worker.join();
}

void file_lock() {
  char name[] = "/tmp/lockstep-dump-lock-XXXXXX";
  const int first = mkstemp(name);
  const int second = open(name, O_RDWR);
  unlink(name);
  flock(first, LOCK_EX);
  say_ready();
  flock(second, LOCK_EX);
}

void busy() {
  std::vector<std::thread> all;
  for (int i = 0; i < 2; ++i) {
    all.emplace_back([] {
      for (;;) {
        std::lock_guard<std::mutex> lock(a);
        ++alice.balance;
      }
    });
  }
  say_ready();
  all[0].join();
}

// Threads that hand a word to and fro through two pipes of their own: one of them can go on at any time.
void busy_pipes() {
  int there[2], back[2];
  if (pipe(there) != 0 || pipe(back) != 0) std::abort();
  const auto pass = [](int from, int to) {
    char c = 0;
    while (read(from, &c, 1) == 1 && write(to, &c, 1) == 1) {
    }
  };
  std::thread other(pass, there[0], back[1]);
  if (write(there[1], "x", 1) != 1) std::abort();
  say_ready();
  pass(back[0], there[1]);
}

// Locks in one order, readers and writers, and threads that wake each other: much waiting, and nobody is stuck.
void busy_locks() {
  static sem_t turns[2];
  sem_init(&turns[0], 0, 1);
  sem_init(&turns[1], 0, 0);
  std::vector<std::thread> all;
  for (int i = 0; i < 3; ++i) {
    all.emplace_back([] {
      for (;;) {
        std::lock_guard<std::mutex> first(a);
        std::lock_guard<std::mutex> second(b);
        ++alice.balance;
      }
    });
    all.emplace_back([i] {
      for (;;) {
        if (i == 0) {
          std::lock_guard<std::shared_mutex> writing(table);
          ++bob.balance;
        } else {
          std::shared_lock<std::shared_mutex> reading(table);
          sched_yield();
        }
      }
    });
  }
  for (int i = 0; i < 2; ++i) {
    all.emplace_back([i] {
      for (;;) {
        sem_wait(&turns[i]);
        sem_post(&turns[1 - i]);
      }
    });
  }
  say_ready();
  all[0].join();
}

// Threads that come and go with a lock: it is never left behind.
void busy_threads() {
  const auto visit = [] {
    for (int i = 0; i < 20; ++i) {
      std::lock_guard<std::mutex> lock(a);
      sched_yield();
    }
  };
  say_ready();
  for (;;) {
    std::vector<std::thread> all;
    for (int i = 0; i < 4; ++i) all.emplace_back(visit);
    for (auto& t : all) t.join();
  }
}

void idle() {
  const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  sa_family_t address = AF_UNIX;
  bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address);  // a name that the kernel chooses
  listen(listener, 4);
  std::vector<std::thread> all;
  all.emplace_back([&] { accept(listener, nullptr, nullptr); });
  all.emplace_back([] {
    epoll_event event;
    const int fd = epoll_create1(0);
    for (;;) {
      if (epoll_wait(fd, &event, 1, -1) < 0) std::abort();  // a stop must not be seen
    }
  });
  all.emplace_back([] { std::this_thread::sleep_for(std::chrono::hours(10)); });
  all.emplace_back([] {
    std::unique_lock<std::mutex> lock(a);
    ready.wait(lock, [] { return done; });  // a worker without work
  });
  say_ready();
  for (auto& t : all) t.join();
}

const parts::Table kParts = {
    {"ab_ba", ab_ba},
    {"three_way", three_way},
    {"self_deadlock", self_deadlock},
    {"lock_join", lock_join},
    {"lost_wakeup", lost_wakeup},
    {"nested_monitor", nested_monitor},
    {"upgrade", upgrade},
    {"upgrade_two", upgrade_two},
    {"read_again", read_again},
    {"not_dumpable",
     [] {
       prctl(PR_SET_DUMPABLE, 0);
       self_deadlock();
     }},
    {"upgrade_beside_work", upgrade_beside_work},
    {"leaked_lock", leaked_lock},
    {"crowd", crowd},
    {"reader_in_io", reader_in_io},
    {"writer_holds", writer_holds},
    {"semaphore", semaphore},
    {"barrier", barrier},
    {"future", future},
    {"static_guard", static_guard},
    {"call_once", call_once},
    {"atomic_wait", atomic_wait},
    {"own_pipe", own_pipe},
    {"recursive", [] { two_kinds(PTHREAD_MUTEX_RECURSIVE, PTHREAD_PRIO_NONE, false); }},
    {"robust", [] { two_kinds(PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE, true); }},
    {"inherit", [] { two_kinds(PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_INHERIT, false); }},
    {"file_lock", file_lock},
    {"busy", busy},
    {"busy_pipes", busy_pipes},
    {"busy_locks", busy_locks},
    {"busy_threads", busy_threads},
    {"idle", idle},
};

}  // namespace

int main(int argc, char** argv) { return parts::play(kParts, argc, argv); }
