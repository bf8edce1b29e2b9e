// Barriers.
#include <pthread.h>

#include "program/sync_common.h"

namespace lockstep::runtime::sync {
namespace {

// Barriers at which more threads arrive than take part in one round: there the order of arrival decides who meets whom.
// For all others it means nothing, so arrivals are not ordered in the graph. Known for the rest of the search; in
// memory shared across fork.
constexpr u32 kMaxCrowded = 256;
struct Crowded {
  u64 barrier[kMaxCrowded];
  u32 count;
};
Crowded* g_crowded = nullptr;

bool is_crowded(u64 barrier) {
  if (!g_crowded) g_crowded = static_cast<Crowded*>(reserve(sizeof(Crowded), true));
  for (u32 i = 0; i < g_crowded->count; ++i) {
    if (g_crowded->barrier[i] == barrier) return true;
  }
  return false;
}

void come(Thread& t, Object& b) {
  for (u16 id : b.readers) {
    if (id == t.id) return;
  }
  b.readers.push(program.graph.memory(), t.id);
  if (b.readers.size <= b.limit || is_crowded(b.address)) return;
  if (g_crowded->count == kMaxCrowded)
    program.unsupported("more than 256 barriers with more threads than they count", 0);
  g_crowded->barrier[g_crowded->count++] = b.address;
  program.finish(Outcome::kStartAgain);
}

}  // namespace

int barrier_init(Thread&, u64 barrier, u32 count) {
  if (count == 0) return EINVAL;
  if (Object* old = objects::find(barrier, ObjectKind::kBarrier)) objects::drop(*old);
  objects::get(barrier, ObjectKind::kBarrier).limit = count;
  return 0;
}

int barrier_wait(Thread& t, u64 barrier, u64 pc) {
  Object& b = objects::get(barrier, ObjectKind::kBarrier);
  bool ordered = !program.graph_mode || is_crowded(barrier);
  if (ordered) {
    turn(t, touching(barrier, Op::kBarrierWait), nullptr, nullptr, pc);
    program.add_event(t, &b, Op::kBarrierWait);
  } else {
    come(t, b);
    program.add_event(t, static_cast<const void*>(&b));
  }
  ++t.effects;
  release_to(t, b.clock);
  ++b.count;
  record(t, {.op = Op::kBarrierWait, .addr = barrier, .aux = b.count, .result = b.count == b.limit});
  b.waiters.push(program.graph.memory(), &t);
  b.arrivals.push(program.graph.memory(), {&t, t.steps});
  t.special = false;
  bool last = b.count == b.limit;
  // Which of them gets the special result is left open by POSIX: the one with the lowest number, where the order of
  // arrival does not exist.
  Thread* special = &t;
  if (last) {
    for (Thread* w : b.waiters) {
      if (!ordered && w->id < special->id) special = w;
      if (w != &t) woken(t, *w);
      w->round = b.arrivals;
      acquire_from(*w, b.clock);
    }
    for (Thread* w : b.waiters) w->special = w == special;
    b.waiters = {};
    b.arrivals = {};
    b.count = 0;
    b.clock = nullptr;
    ++b.version;
  }
  if (!last || !ordered) {
    t.woken = last;
    t.wait_pc = pc;
    t.waits_for = &b;
    t.wait_op = Op::kBarrierWait;
    program.local(t, touching(barrier, Op::kBarrierWait), [](const Thread& w) { return w.woken; });
    t.woken = false;
    if (ordered) {
      program.wait_ended(t, t.woken_by, t.woken_steps);
    } else {
      // After the arrival of each.
      for (const Arrival& a : t.round) program.wait_ended(t, a.thread->id, a.steps);
    }
  }
  return t.special ? PTHREAD_BARRIER_SERIAL_THREAD : 0;
}

int barrier_destroy(Thread& t, u64 barrier, u64 pc) {
  Object* b = objects::find(barrier, ObjectKind::kBarrier);
  if (!b) return 0;
  if (b->waiters.size)
    program.bug(Kind::kLockMisuse, &t, barrier, pc, "a barrier is destroyed while a thread waits at it");
  objects::drop(*b);
  return 0;
}

}  // namespace lockstep::runtime::sync
