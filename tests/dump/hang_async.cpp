// A process whose tasks of lockstep::async hang, work or idle in the way that its argument names; tests/dump/run looks at
// it. It writes "ready" when its tasks are about to wait.
#include <sched.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "lockstep/async/channel.h"
#include "lockstep/async/from_thread.h"
#include "lockstep/async/locks.h"
#include "lockstep/async/run.h"
#include "lockstep/async/scope.h"
#include "lockstep/async/shield.h"
#include "lockstep/async/socket.h"
#include "lockstep/async/time.h"
#include "lockstep/async/timeout.h"
#include "lockstep/async/to_thread.h"
#include "lockstep/async/when_all.h"
#include "lockstep/async/when_any.h"
#include "lockstep/sync/event.h"
#include "lockstep/sync/mutex.h"
#include "lockstep/sync/semaphore.h"
#include "parts.h"

namespace {

using parts::arrived;
using parts::say_ready;

using namespace lockstep::async;
using namespace std::chrono_literals;
namespace sync = lockstep::sync;

sync::mutex m;
sync::event opened;
struct account {
  explicit account(const char* name) : lock(name) {}
  sync::mutex lock;
  int balance = 0;
};

/// Until `count` have come here, on whatever loop.
task<> meet(int count) {
  ++arrived;
  while (arrived.load() < count) co_await sleep_for(1ms);
}

task<> transfer(account& from, account& to) {
  auto first = co_await lock(from.lock);
  co_await meet(2);
  auto second = co_await lock(to.lock);
  --from.balance;
  ++to.balance;
}

task<> visit(account& a) {
  while (arrived.load() < 2) co_await sleep_for(1ms);
  auto guard = co_await lock(a.lock);
  ++a.balance;
}

task<> wait_for_clients(listener l) { auto client = co_await l.accept(); }

task<> ready() {
  say_ready();
  co_return;
}

task<> ab_ba() {
  auto savings = std::make_unique<account>("savings"), current = std::make_unique<account>("current");
  co_await with_scope([&](scope& s) -> task<> {
    s.spawn(wait_for_clients(listen(address::loopback(0))));
    s.spawn(transfer(*savings, *current));
    s.spawn(transfer(*current, *savings));
    for (int i = 0; i < 5; ++i) s.spawn(visit(*savings));
    co_await ready();
  });
}

task<> self_deadlock() {
  auto once = co_await lock(m);
  say_ready();
  auto twice = co_await lock(m);
}

/// A task awaits a thread that waits for what the task holds.
task<> task_and_thread() {
  auto guard = co_await lock(m);
  auto count = [] {
    const std::lock_guard inside(m);
    return 1;
  };
  say_ready();
  co_await to_thread(count);
}

task<> hold_over_a_sleep() {
  auto guard = co_await lock(m);
  ++arrived;
  co_await sleep_for(10ms);
}

/// The loop's thread waits for what a task of its own holds.
task<> blocked_loop() {
  co_await with_scope([](scope& s) -> task<> {
    s.spawn(hold_over_a_sleep());
    while (arrived.load() == 0) co_await yield();
    say_ready();
    const std::lock_guard blocks(m);
  });
}

task<> forward(channel<int>& from, channel<int>& to) {
  while (auto item = co_await from.receive()) co_await to.send(*item);
}

/// Each waits for the other to send first, and a thread for one more that waits.
task<> channels() {
  channel<int> left(1), right(1);
  auto body = [&](scope& s) -> task<> {
    scope_handle handle(s);
    std::jthread outside([handle, &left] {
      say_ready();
      handle.call([&left]() -> task<> { co_await left.receive(); });
    });
    co_await when_all(forward(left, right), forward(right, left));
  };
  co_await with_scope(body);
}

task<> nobody_sets_it() {
  say_ready();
  co_await wait(opened);
}

task<> serve_slowly(stream& s) {
  auto guard = co_await lock(m);
  ++arrived;
  char buffer[16];
  co_await s.read_some(buffer);
}

task<> visit_behind() {
  while (arrived.load() < 1) co_await sleep_for(1ms);
  auto guard = co_await lock(m);
}

task<> crowd() {
  auto [mine, theirs] = stream_pair();
  // The other end is somebody else's.
  if (const pid_t other = fork(); other == 0) {
    for (;;) pause();
  }
  theirs.close();
  auto body = [&s = mine](scope& sc) -> task<> {
    sc.spawn(serve_slowly(s));
    for (int i = 0; i < 200; ++i) sc.spawn(visit_behind());
    co_await ready();
  };
  co_await with_scope(body);
}

task<> idle() {
  co_await with_scope([](scope& s) -> task<> {
    s.spawn(wait_for_clients(listen(address::loopback(0))));
    s.spawn(with_timeout(1h, nobody_sets_it()));
    co_await ready();
    co_await sleep_for(1h);
  });
}

/// The cycle of ab_ba, which a time limit or the end of another task will end.
task<> limited() {
  auto savings = std::make_unique<account>("savings"), current = std::make_unique<account>("current");
  auto other = [](account& a, account& b) -> task<> {
    say_ready();
    co_await when_any(transfer(a, b), [](std::chrono::hours d) -> task<> { co_await sleep_for(d); }(1h));
  };
  co_await when_all(with_timeout(1h, transfer(*savings, *current)), other(*current, *savings));
}

task<> pass_around(sync::mutex& a) {
  for (;;) {
    auto guard = co_await lock(a);
    co_await yield();
  }
}

task<> busy() {
  co_await with_scope([](scope& s) -> task<> {
    for (int i = 0; i < 50; ++i) s.spawn(pass_around(m));
    co_await ready();
  });
}

task<> pass_through(sync::mutex& a, sync::mutex& b) {
  for (;;) {
    auto first = co_await lock(a);
    auto second = co_await lock(b);
    co_await sleep_for(1us);
  }
}

void pass_through_as_thread(sync::mutex& a, sync::mutex& b) {
  for (;;) {
    const std::lock_guard first(a);
    const std::lock_guard second(b);
  }
}

/// Two loops that sleep now and then, and two threads, share locks in one order.
void busy_shared() {
  sync::mutex a("a"), b("b");
  const auto some = [&] {
    run([](sync::mutex& x, sync::mutex& y) -> task<> {
      co_await with_scope([&](scope& s) -> task<> {
        for (int i = 0; i < 4; ++i) s.spawn(pass_through(x, y));
        co_await ready();
      });
    }(a, b));
  };
  std::thread first(some), second(some), third([&] { pass_through_as_thread(a, b); });
  pass_through_as_thread(a, b);
}

/// A task and a thread wake each other in turns. The task holds a lock while it waits for the thread, which wants the lock
/// as soon as it has woken the task.
void busy_turns() {
  static sync::semaphore mine(0), yours(0), passed(0);
  static sync::mutex held("held");
  std::thread other([] {
    for (;;) {
      yours.acquire();
      mine.release();
      { const std::lock_guard inside(held); }
      passed.release();
    }
  });
  auto pass = []() -> task<> {
    for (;;) {
      {
        auto guard = co_await lock(held);
        yours.release();
        co_await acquire(mine);
      }
      co_await acquire(passed);
    }
  };
  say_ready();
  run(pass());
}

void two_loops() {
  account savings("savings"), current("current");
  std::thread other([&] { run(transfer(savings, current)); });
  std::thread third([&] { run(transfer(current, savings)); });
  while (arrived.load() < 2) sched_yield();
  say_ready();
  other.join();
  third.join();
}

const parts::Table kParts = {
    {"async_ab_ba", [] { run(ab_ba()); }},
    {"async_self_deadlock", [] { run(self_deadlock()); }},
    {"async_task_and_thread", [] { run(task_and_thread()); }},
    {"async_blocked_loop", [] { run(blocked_loop()); }},
    {"async_channels", [] { run(channels()); }},
    {"async_event", [] { run(nobody_sets_it()); }},
    {"async_two_loops", two_loops},
    {"async_crowd", [] { run(crowd()); }},
    {"async_idle", [] { run(idle()); }},
    {"async_limited", [] { run(limited()); }},
    {"async_busy", [] { run(busy()); }},
    {"async_busy_shared", busy_shared},
    {"async_busy_turns", busy_turns},
};

}  // namespace

int main(int argc, char** argv) { return parts::play(kParts, argc, argv); }
