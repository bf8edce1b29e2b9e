// Barriers.
#include <pthread.h>

#include "program/sync_common.h"

namespace lockstep::runtime::sync {

int barrier_init(Thread&, u64 barrier, u32 count) {
  if (count == 0) return EINVAL;
  if (Object* old = objects::find(barrier, ObjectKind::kBarrier)) objects::drop(*old);
  objects::get(barrier, ObjectKind::kBarrier).limit = count;
  return 0;
}

int barrier_wait(Thread& t, u64 barrier, u64 pc) {
  Object& b = objects::get(barrier, ObjectKind::kBarrier);
  turn(t, touching(barrier, Op::kBarrierWait), nullptr, nullptr, pc);
  program.add_event(t, &b, Op::kBarrierWait);
  ++t.effects;
  release_to(t, b.clock);
  if (++b.count < b.limit) {
    record(t, {.op = Op::kBarrierWait, .addr = barrier, .aux = b.count});
    b.waiters.push(program.graph.memory(), &t);
    t.woken = false;
    t.wait_pc = pc;
    t.waits_for = &b;
    t.wait_op = Op::kBarrierWait;
    program.local(t, touching(barrier, Op::kBarrierWait), [](const Thread& w) { return w.woken; });
    t.woken = false;
    program.wait_ended(t, t.woken_by, t.woken_steps);
    return 0;
  }
  record(t, {.op = Op::kBarrierWait, .addr = barrier, .aux = b.count, .result = 1});
  for (Thread* w : b.waiters) {
    woken(t, *w);
    acquire_from(*w, b.clock);
  }
  acquire_from(t, b.clock);
  b.waiters.size = 0;
  b.count = 0;
  b.clock = nullptr;
  return PTHREAD_BARRIER_SERIAL_THREAD;
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
