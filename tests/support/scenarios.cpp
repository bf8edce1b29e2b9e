// clang-format off: where a statement stands is part of what is tested
#include "support/scenarios.h"

#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>

#include "support/recorder.h"

// What the "program" consists of. Its functions do not run concurrently: a scenario says in which order they take
// their steps, and records each.
namespace bank {

struct Account {
  int number;
  std::mutex m;
  int balance;
};

Account accounts[2];
std::atomic<int> counter;
int total;
std::mutex total_mutex;

struct Queue {
  std::mutex mutex;
  std::condition_variable changed;
  int size;
};
Queue queue;

struct Cache {
  std::mutex m;
  bool filled;
  std::array<int, 4> values;
};

struct Node {
  int key;
  Node* next;
};

std::atomic<int> ready, payload;
int plain_payload;

}  // namespace bank

namespace lockstep::test {
namespace {

using bank::accounts;
using protocol::kNoThread;
using protocol::Op;

Recorder& r() { return *recorder; }

#define NOINLINE __attribute__((noinline))

NOINLINE void transfer(bank::Account& from, bank::Account& to, int step) {
  if (step == 1) r().event(Op::kLock, &from.m);
  if (step == 2) r().block(from.number == 0 ? 1 : 2, Op::kLock, &to.m, from.number == 0 ? 2 : 1);
}
NOINLINE void pay_in() {}
NOINLINE void pay_out() {}

NOINLINE std::uint32_t read_total() {
  r().event(Op::kLock, &bank::total_mutex);
  const std::uint32_t i = r().value_event(Op::kPlainRead, &bank::total, 4, 0);
  r().event(Op::kUnlock, &bank::total_mutex);
  return i;
}
NOINLINE void write_total() {
  r().event(Op::kLock, &bank::total_mutex);
  r().value_event(Op::kPlainWrite, &bank::total, 4, 1);
  r().event(Op::kUnlock, &bank::total_mutex);
}

NOINLINE bool is_filled(bank::Cache& cache, bool value) {
  r().event(Op::kLock, &cache.m);
  r().value_event(Op::kPlainRead, &cache.filled, 1, value);
  r().event(Op::kUnlock, &cache.m);
  return value;
}
NOINLINE void fill(bank::Cache& cache, std::uint64_t value) {
  r().event(Op::kLock, &cache.m);
  r().value_event(Op::kPlainWrite, &cache.values[2], 4, value);
  r().value_event(Op::kPlainWrite, &cache.filled, 1, 1);
  r().event(Op::kUnlock, &cache.m);
}

}  // namespace

void record_abba() {
  accounts[0].number = 0;
  accounts[1].number = 1;
  r().event(Op::kThreadCreate);
  const auto a = r().add_thread(reinterpret_cast<const void*>(&pay_in));
  const auto b = r().add_thread(reinterpret_cast<const void*>(&pay_out));
  r().run(a);
  r().event(Op::kThreadStart);
  transfer(accounts[0], accounts[1], 1);
  r().run(b);
  r().event(Op::kThreadStart);
  transfer(accounts[1], accounts[0], 1);
  transfer(accounts[1], accounts[0], 2);
  transfer(accounts[0], accounts[1], 2);
  r().block(0, Op::kThreadJoin, nullptr, a);
  r().bug(protocol::Kind::kDeadlock, a);
}

void record_self_deadlock() {
  std::mutex local;
  r().event(Op::kLock, &local);
  r().block(0, Op::kLock, &local, 0);
  auto& bug = r().bug(protocol::Kind::kDeadlock, 0);
  bug.addr = reinterpret_cast<std::uint64_t>(&local);
}

void record_lost_wakeup() {
  const auto consumer = r().add_thread(nullptr, "consumer");
  r().run(consumer);
  r().event(Op::kLock, &bank::queue.mutex);
  r().value_event(Op::kPlainRead, &bank::queue.size, 4, 0);
  r().event(Op::kUnlock, &bank::queue.mutex);
  r().run(0);
  r().event(Op::kLock, &bank::queue.mutex);
  r().value_event(Op::kPlainWrite, &bank::queue.size, 4, 1);
  r().event(Op::kUnlock, &bank::queue.mutex);
  r().event(Op::kNotifyOne, &bank::queue.changed);
  r().run(consumer);
  r().event(Op::kLock, &bank::queue.mutex);
  const auto wait = r().event(Op::kCondWait, &bank::queue.changed);
  r().at(wait).aux = reinterpret_cast<std::uint64_t>(&bank::queue.mutex);
  r().block(consumer, Op::kCondWait, &bank::queue.changed, kNoThread, &bank::queue.mutex);
  r().block(0, Op::kThreadJoin, nullptr, consumer);
  r().bug(protocol::Kind::kDeadlock, consumer);
}

void record_lost_update_atomic() {
  const auto a = r().add_thread(reinterpret_cast<const void*>(&pay_in), "A");
  const auto b = r().add_thread(reinterpret_cast<const void*>(&pay_in), "B");
  r().run(a);
  r().value_event(Op::kLoad, &bank::counter, 4, 0);
  r().run(b);
  r().value_event(Op::kLoad, &bank::counter, 4, 0);
  r().value_event(Op::kStore, &bank::counter, 4, 1);
  r().finish(b);
  r().run(a);
  const auto store = r().value_event(Op::kStore, &bank::counter, 4, 1);
  r().finish(a);
  r().run(0);
  r().value_event(Op::kLoad, &bank::counter, 4, 1, store);
  r().bug(protocol::Kind::kAssertion, 0, "counter == 2");
}

void record_lost_update_locked() {
  const auto a = r().add_thread(nullptr, "A");
  const auto b = r().add_thread(nullptr, "B");
  r().run(a);
  read_total();
  r().run(b);
  read_total();
  write_total();
  r().run(a);
  write_total();
  r().run(0);
  r().value_event(Op::kPlainRead, &bank::total, 4, 1);
  r().bug(protocol::Kind::kAssertion, 0, "total == 2");
}

void record_check_then_act() {
  auto* cache = new bank::Cache();
  r().add_block(cache, sizeof(bank::Cache), 0);
  const auto a = r().add_thread(nullptr, "A");
  const auto b = r().add_thread(nullptr, "B");
  r().run(a);
  is_filled(*cache, false);
  r().run(b);
  is_filled(*cache, false);
  fill(*cache, 17);
  r().run(a);
  fill(*cache, 18);
  r().run(0);
  r().value_event(Op::kPlainRead, &cache->filled, 1, 1);
  r().bug(protocol::Kind::kExitStatus, 0).code = 3;
  delete cache;
}

void record_racing_update() {
  int shared = 0;
  const auto a = r().add_thread(nullptr, "A");
  const auto b = r().add_thread(nullptr, "B");
  r().event(Op::kThreadCreate);
  r().run(a);
  r().value_event(Op::kPlainRead, &shared, 4, 0);
  const auto first = r().value_event(Op::kPlainWrite, &shared, 4, 1);
  r().run(b);
  const auto second = r().value_event(Op::kPlainRead, &shared, 4, 1);
  auto& bug = r().bug(protocol::Kind::kDataRace, b);
  bug.other = a;
  bug.event = second;
  bug.other_event = first;
  bug.addr = reinterpret_cast<std::uint64_t>(&shared);
}

void record_stale_flag() {
  const auto a = r().add_thread(nullptr, "writer");
  const auto b = r().add_thread(nullptr, "reader");
  r().run(a);
  r().value_event(Op::kStore, &bank::payload, 4, 42);
  const auto flag = r().value_event(Op::kStore, &bank::ready, 4, 1);
  r().run(b);
  r().value_event(Op::kLoad, &bank::ready, 4, 1, flag);
  const auto stale = r().value_event(Op::kLoad, &bank::payload, 4, 0);
  r().at(stale).flags |= protocol::kFlagStale;
  r().bug(protocol::Kind::kAssertion, b, "payload == 42");
}

void record_message_passing_race() {
  const auto a = r().add_thread(nullptr, "writer");
  const auto b = r().add_thread(nullptr, "reader");
  r().run(a);
  const auto first = r().value_event(Op::kPlainWrite, &bank::plain_payload, 4, 42);
  const auto flag = r().value_event(Op::kStore, &bank::ready, 4, 1);
  r().run(b);
  r().value_event(Op::kLoad, &bank::ready, 4, 1, flag);
  const auto second = r().value_event(Op::kPlainRead, &bank::plain_payload, 4, 42);
  auto& bug = r().bug(protocol::Kind::kDataRace, b);
  bug.other = a;
  bug.event = second;
  bug.other_event = first;
  bug.addr = reinterpret_cast<std::uint64_t>(&bank::plain_payload);
}

void record_heap_names() {
  auto* node = new bank::Node{1, nullptr};
  r().add_block(node, sizeof *node, 0);
  const auto a = r().add_thread(nullptr, "A");
  r().run(a);
  r().value_event(Op::kPlainWrite, &node->next, 8, 0);
  r().run(0);
  auto& bug = r().bug(protocol::Kind::kUseAfterFree, a);
  bug.addr = reinterpret_cast<std::uint64_t>(&node->next);
  bug.event = 0;
  recorder->segment().recording.blocks[0].freed = true;
  recorder->segment().recording.blocks[0].free_thread = 0;
  recorder->segment().recording.blocks[0].free_stack = recorder->segment().recording.blocks[0].alloc_stack;
  delete node;
}

void record_back_off_livelock() {
  const auto a = r().add_thread(nullptr, "A"), b = r().add_thread(nullptr, "B");
  const auto tries = [](std::uint16_t t, const void* mutex) {
    r().run(t);
    r().at(r().event(Op::kTryLock, mutex)).flags = protocol::kFlagFailed;
  };
  r().run(a);
  r().event(Op::kLock, &accounts[0].m);
  r().run(b);
  r().event(Op::kLock, &accounts[1].m);
  const std::uint32_t begin = recorder->segment().recording.event_count;
  tries(a, &accounts[1].m);
  tries(b, &accounts[0].m);
  r().run(a);
  r().event(Op::kUnlock, &accounts[0].m);
  r().event(Op::kLock, &accounts[0].m);
  r().run(b);
  r().event(Op::kUnlock, &accounts[1].m);
  r().event(Op::kLock, &accounts[1].m);
  auto& bug = r().bug(protocol::Kind::kLivelock, a);
  bug.addr = reinterpret_cast<std::uint64_t>(&accounts[1].m);
  bug.repeats = true;
  bug.cycle_event = begin;
}

void record_writer_starvation() {
  const auto x = r().add_thread(nullptr, "reader 1"), y = r().add_thread(nullptr, "reader 2"),
             writer = r().add_thread(nullptr, "writer");
  r().run(x);
  r().event(Op::kReadLock, &bank::total_mutex);
  const std::uint32_t begin = recorder->segment().recording.event_count;
  r().run(y);
  r().event(Op::kReadLock, &bank::total_mutex);
  r().run(x);
  r().event(Op::kRwUnlock, &bank::total_mutex);
  r().event(Op::kReadLock, &bank::total_mutex);
  r().run(y);
  r().event(Op::kRwUnlock, &bank::total_mutex);
  r().block(writer, Op::kWriteLock, &bank::total_mutex);
  auto& bug = r().bug(protocol::Kind::kStarvation, writer);
  bug.addr = reinterpret_cast<std::uint64_t>(&bank::total_mutex);
  bug.repeats = true;
  bug.cycle_event = begin;
}

void record_unknown_values() {
  r().event(static_cast<Op>(200), &bank::total);
  r().at(0).order = static_cast<protocol::Order>(77);
  r().at(0).rmw = static_cast<protocol::RmwOp>(77);
  r().at(0).stack = {0xfffffff0, 0x20};
  r().at(0).reads_from = 12345;
  r().at(0).thread = 9;
  r().event(Op::kRmw, nullptr);
  r().at(1).rmw = static_cast<protocol::RmwOp>(77);
  r().event(Op::kFence);
  r().at(2).order = static_cast<protocol::Order>(77);
  r().bug(static_cast<protocol::Kind>(99), 3000).event = 999999;
}

}  // namespace lockstep::test
