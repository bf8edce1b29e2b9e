// A process that hangs in lockstep::sync in the way that its argument names; tests/dump/run looks at it. It writes
// "ready" when its threads are about to block.
#include <sched.h>

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

#include "lockstep/sync/bounded_queue.h"
#include "lockstep/sync/condition.h"
#include "lockstep/sync/event.h"
#include "lockstep/sync/fair_mutex.h"
#include "lockstep/sync/mutex.h"
#include "lockstep/sync/semaphore.h"
#include "lockstep/sync/shared_mutex.h"
#include "parts.h"

namespace {

using parts::arrived;
using parts::await;
using parts::say_ready;

namespace sync = lockstep::sync;

sync::mutex m;
sync::fair_mutex fair;
sync::shared_mutex table;
sync::condition changed;
sync::event opened;
sync::semaphore permits(0);
sync::bounded_queue<int> jobs(2);
bool done = false;

struct Account {
  explicit Account(const char* name) : lock(name) {}
  sync::mutex lock;
  int balance = 0;
};

[[gnu::noinline]] void transfer(Account& from, Account& to) {
  std::lock_guard first(from.lock);
  ++arrived;
  await(2);
  std::lock_guard second(to.lock);
  --from.balance;
  ++to.balance;
}

// On the heap: only their given names tell what they are.
void ab_ba() {
  auto savings = std::make_unique<Account>("savings"), current = std::make_unique<Account>("current");
  std::thread other([&] { transfer(*savings, *current); });
  std::thread third([&] { transfer(*current, *savings); });
  await(2);
  say_ready();
  other.join();
  third.join();
}

template <typename Mutex>
void held_over_join(Mutex& lock) {
  lock.lock();
  std::thread worker([&] { std::lock_guard inner(lock); });
  say_ready();
  worker.join();
}

void upgrade() {
  auto both_read_then_write = [] {
    std::shared_lock reading(table);
    ++arrived;
    await(2);
    std::lock_guard writing(table);
  };
  std::thread first(both_read_then_write), second(both_read_then_write);
  await(2);
  say_ready();
  first.join();
  second.join();
}

void leaked() {
  std::thread([] { m.lock(); }).join();
  say_ready();
  m.lock();
}

void wait_for_condition() {
  say_ready();
  std::unique_lock lock(m);
  changed.wait(lock, [] { return done; });
}

// Locks in one order, readers and writers, a queue with little room: much waiting, and nobody is stuck.
void busy() {
  std::vector<std::thread> all;
  for (int i = 0; i < 2; ++i) {
    all.emplace_back([] {
      for (;;) {
        std::lock_guard first(m);
        std::lock_guard second(fair);
      }
    });
    all.emplace_back([] {
      for (;;) {
        std::shared_lock reading(table);
        sched_yield();
      }
    });
    all.emplace_back([] {
      for (;;) std::lock_guard writing(table);
    });
    all.emplace_back([] {
      for (;;) jobs.push(1);
    });
    all.emplace_back([] {
      for (;;) jobs.pop();
    });
  }
  say_ready();
  all[0].join();
}

// Two threads that wake each other in turns.
void busy_turns() {
  static sync::semaphore mine(1), yours(0);
  const auto pass = [](sync::semaphore& from, sync::semaphore& to) {
    for (;;) {
      from.acquire();
      std::lock_guard inside(m);
      to.release();
    }
  };
  std::thread other(pass, std::ref(yours), std::ref(mine));
  say_ready();
  pass(mine, yours);
}

const parts::Table kParts = {
    {"sync_ab_ba", ab_ba},
    {"sync_fair", [] { held_over_join(fair); }},
    {"sync_writer", [] { held_over_join(table); }},
    {"sync_upgrade", upgrade},
    {"sync_leaked", leaked},
    {"sync_condition", wait_for_condition},
    {"sync_event",
     [] {
       say_ready();
       opened.wait();
     }},
    {"sync_semaphore",
     [] {
       say_ready();
       permits.acquire();
     }},
    {"sync_queue",
     [] {
       say_ready();
       jobs.pop();
     }},
    {"sync_busy", busy},
    {"sync_busy_turns", busy_turns},
};

}  // namespace

int main(int argc, char** argv) { return parts::play(kParts, argc, argv); }
