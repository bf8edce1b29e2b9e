// The loops of this very process, read as those of another one: whole, and damaged.
#include "dump/async_loops.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include "dump/proc.h"
#include "dump/snapshot.h"
#include "lockstep/async/channel.h"
#include "lockstep/async/internal/layout.h"
#include "lockstep/async/locks.h"
#include "lockstep/async/run.h"
#include "lockstep/async/scope.h"
#include "lockstep/async/time.h"
#include "lockstep/async/timeout.h"
#include "lockstep/sync/lock_holders.h"
#include "lockstep/sync/mutex.h"

namespace lockstep::dump {
namespace {

using namespace std::chrono_literals;
using lockstep::async::channel;
using lockstep::async::scope;
using lockstep::async::task;
using lockstep::async::internal::context_kind;
using lockstep::async::internal::wait_kind;

bool read_own(std::uint64_t address, void* into, std::size_t size) {
  const iovec here = {into, size};
  const iovec there = {reinterpret_cast<void*>(address), size};
  return process_vm_readv(getpid(), &here, 1, &there, 1, 0) == static_cast<ssize_t>(size);
}

Snapshot own(Reader reader) {
  Snapshot s;
  s.pid = getpid();
  s.mappings = mappings_of(s.pid);
  s.memory.set_fallback(std::move(reader));
  return s;
}

// This very thread does not run its loop meanwhile.
AsyncLook standing(std::chrono::steady_clock::duration limit) {
  AsyncLook look;
  look.limit = limit;
  look.standing = {static_cast<int>(syscall(SYS_gettid))};
  return look;
}

task<> leaf(channel<int>& c) { co_await c.receive(); }
task<> branch(channel<int>& c) { co_await leaf(c); }
task<> holds(sync::mutex& m, channel<int>& c) {
  auto guard = co_await lockstep::async::lock(m);
  co_await c.receive();
}
task<> wants(sync::mutex& m) { auto guard = co_await lockstep::async::lock(m); }

// Runs `look` while five tasks wait.
template <typename Look>
void with_tasks(Look look) {
  sync::mutex m;
  channel<int> c(1);
  auto body = [&](scope& s) -> task<> {
    s.spawn(branch(c));
    s.spawn(holds(m, c));
    s.spawn(wants(m));
    s.spawn(lockstep::async::with_timeout(1h, leaf(c)));
    s.spawn([](std::chrono::hours d) -> task<> { co_await lockstep::async::sleep_for(d); }(1h));
    for (int i = 0; i < 3; ++i) co_await lockstep::async::yield();
    look(m, c);
    s.cancel();
  };
  auto program = [&]() -> task<> { co_await lockstep::async::with_scope(body); };
  lockstep::async::run(program(), {.watchdog = 1h});  // damage takes its time
}

std::size_t count(const AsyncLoop& loop, wait_kind kind) {
  return static_cast<std::size_t>(std::count_if(loop.tasks.begin(), loop.tasks.end(), [&](const AsyncTask& t) {
    return t.kind == static_cast<std::uint8_t>(kind);
  }));
}

TEST(AsyncLoops, AreReadAsTheyStand) {
  bool looked = false;
  with_tasks([&](sync::mutex& m, channel<int>& c) {
    looked = true;
    while (lockstep::async::internal::watchdog_thread.load() == 0) std::this_thread::yield();  // it is about to start
    const AsyncState state = read_async(own(read_own), standing(10s));
    ASSERT_EQ(state.loops.size(), 1u);
    const AsyncLoop& loop = state.loops[0];
    EXPECT_TRUE(loop.whole);
    EXPECT_FALSE(loop.asleep);
    EXPECT_EQ(loop.inner_tid, static_cast<int>(syscall(SYS_gettid)));
    EXPECT_EQ(state.watchdogs.size(), 1u);
    ASSERT_EQ(loop.tasks.size(), 5u);
    EXPECT_EQ(count(loop, wait_kind::receive), 3u);
    EXPECT_EQ(count(loop, wait_kind::mutex), 1u);
    EXPECT_EQ(count(loop, wait_kind::time), 1u);
    for (const AsyncTask& t : loop.tasks) {
      EXPECT_TRUE(t.chain[0].file.ends_with("async_loops_test.cpp")) << t.chain[0].file;
      EXPECT_GT(t.chain[0].line, 0);
      if (t.kind == static_cast<std::uint8_t>(wait_kind::receive)) {
        EXPECT_EQ(t.subject, reinterpret_cast<std::uint64_t>(&c));
      }
      if (t.kind == static_cast<std::uint8_t>(wait_kind::mutex)) {
        EXPECT_EQ(t.subject, reinterpret_cast<std::uint64_t>(&m));
        EXPECT_EQ(t.chain.size(), 1u);
      }
    }
    EXPECT_TRUE(std::any_of(loop.tasks.begin(), loop.tasks.end(), [](auto& t) { return t.chain.size() == 2; }));
    EXPECT_TRUE(std::any_of(loop.contexts.begin(), loop.contexts.end(),
                            [](auto& c) { return c.second.kind == static_cast<std::uint8_t>(context_kind::timed); }));
    // The holder is the task that waits for the channel with the mutex locked.
    const auto holder = state.lock_holders.find(reinterpret_cast<std::uint64_t>(&m));
    ASSERT_NE(holder, state.lock_holders.end());
    EXPECT_TRUE(std::any_of(loop.tasks.begin(), loop.tasks.end(),
                            [&](auto& t) { return t.chain[0].promise == holder->second; }));
  });
  EXPECT_TRUE(looked);
  EXPECT_TRUE(read_async(own(read_own), standing(10s)).loops.empty());
}

// This process, of which the byte at an address is another one from the moment on at which the holders have been read.
Reader changes_at(std::uint64_t place) {
  return [place, moment = false](std::uint64_t address, void* into, std::size_t size) mutable {
    if (!read_own(address, into, size)) return false;
    const auto last = reinterpret_cast<std::uint64_t>(&sync::internal::lock_holders[sync::internal::kLockHolders - 1]);
    moment |= address <= last && last < address + size;
    if (moment && address <= place && place < address + size) {
      static_cast<std::byte*>(into)[place - address] ^= std::byte{1};
    }
    return true;
  };
}

AsyncLook running() {
  AsyncLook look;
  look.limit = 10s;
  return look;
}

// Who waits again for the same thing, in the same place, has let go of what it held meanwhile.
TEST(AsyncLoops, AWaitThatBeganAnewIsNotThatOfBefore) {
  with_tasks([](sync::mutex& m, channel<int>&) {
    const AsyncState before = read_async(own(read_own), standing(10s));
    ASSERT_EQ(before.loops.size(), 1u);
    const auto waits = std::find_if(before.loops[0].tasks.begin(), before.loops[0].tasks.end(),
                                    [](auto& t) { return t.kind == static_cast<std::uint8_t>(wait_kind::mutex); });
    ASSERT_NE(waits, before.loops[0].tasks.end());
    const AsyncState state = read_async(own(changes_at(waits->node + lockstep_async_layout.node_number)), running());
    ASSERT_EQ(state.loops.size(), 1u);
    EXPECT_FALSE(state.loops[0].asleep);
    ASSERT_EQ(state.loops[0].tasks.size(), 5u);
    for (const AsyncTask& t : state.loops[0].tasks) EXPECT_EQ(t.moved, t.node == waits->node);
    EXPECT_EQ(state.words.count(reinterpret_cast<std::uint64_t>(&m)), 1u);
    // Without that, all of them have waited in both looks.
    const AsyncState still = read_async(own(read_own), running());
    for (const AsyncTask& t : still.loops[0].tasks) EXPECT_FALSE(t.moved);
  });
}

// A stack that the loop lies on is copied before, while its thread may go on: the copy says nothing of that.
TEST(AsyncLoops, ALoopGoesOnThoughItsStackWasCopiedBefore) {
  with_tasks([](sync::mutex&, channel<int>&) {
    const auto resumed = reinterpret_cast<std::uint64_t>(lockstep::async::internal::loops[0].load()) +
                         lockstep_async_layout.loop_resumed;
    Snapshot snapshot = own(changes_at(resumed));
    constexpr std::uint64_t kPage = 4096;
    std::vector<std::byte> copy(kPage);
    const std::uint64_t from = resumed & ~(kPage - 1);
    ASSERT_TRUE(read_own(from, copy.data(), copy.size()));
    snapshot.memory.add(from, copy);
    const AsyncState state = read_async(snapshot, running());
    ASSERT_EQ(state.loops.size(), 1u);
    EXPECT_FALSE(state.loops[0].whole);
    EXPECT_TRUE(read_async(own(read_own), running()).loops[0].whole);
  });
}

TEST(AsyncLoops, DamageEndsNoWalkBadly) {
  with_tasks([](sync::mutex&, channel<int>&) {
    std::size_t found = 0;
    for (unsigned seed = 0; seed < 300; ++seed) {
      std::mt19937_64 random(seed);
      std::uint64_t last = 0;
      // Some words are those of another place, of themselves, or nonsense; some places cannot be read.
      const auto damaged = [&](std::uint64_t address, void* into, std::size_t size) {
        if (random() % 50 == 0 || !read_own(address, into, size)) return false;
        auto* bytes = static_cast<std::byte*>(into);
        for (std::uint64_t at = 0; at + 8 <= size; at += 8) {
          const std::uint64_t dice = random() % (16 + seed);
          std::uint64_t word = 0;
          std::memcpy(&word, bytes + at, 8);
          const std::uint64_t before = word;
          if (dice == 0) word = last;
          if (dice == 1) word = address + at;
          if (dice == 2) word = random();
          if (dice == 3) word ^= std::uint64_t{1} << random() % 64;
          std::memcpy(bytes + at, &word, 8);
          if (before != 0) last = before;
        }
        return true;
      };
      for (const AsyncLoop& loop : read_async(own(damaged), standing(10s)).loops) found += loop.tasks.size();
    }
    // Little damage leaves most of it.
    EXPECT_GT(found, 0u);
  });
}

TEST(AsyncLoops, StopWhenTheirTimeIsOver) {
  with_tasks([](sync::mutex&, channel<int>&) {
    const auto slow = [](std::uint64_t address, void* into, std::size_t size) { return read_own(address, into, size); };
    const AsyncState state = read_async(own(slow), standing(-1s));
    for (const AsyncLoop& loop : state.loops) EXPECT_LE(loop.tasks.size(), 5u);
  });
}

}  // namespace
}  // namespace lockstep::dump
