// Futex words.
#include "program/atomics.h"
#include "program/sync_common.h"

namespace lockstep::runtime::sync {

int futex_wait(Thread& t, u64 word, u32 expected, u32 bits, Mode mode, u64 deadline, u64 pc) {
  t.wait_pc = pc;
  t.wait_op = Op::kFutexWait;
  Footprint next = touching(word, Op::kFutexWait);
  next.bytes = 4;
  if (spin::iteration_ended(t)) t.awaiting = true;
  program.visible(t, next);
  t.awaiting = false;
  Location* read = nullptr;
  u32 now = atomics::kernel_read(t, word, &read, pc);
  Location& l = *read;
  Object& f = objects::get(word, ObjectKind::kFutex);
  program.add_event(t, &f);
  if (now != expected) {
    spin::note_read(t, &l.version, l.version);
    record(t, {.op = Op::kFutexWait,
               .size = 4,
               .addr = word,
               .value = now,
               .aux = expected,
               .result = EAGAIN,
               .flags = kFlagFailed});
    return EAGAIN;
  }
  record(t, {.op = Op::kFutexWait, .size = 4, .addr = word, .value = now, .aux = expected});
  ++t.effects;
  f.waiters.push(program.graph.memory(), &t);
  t.woken = false;
  t.wait_mutex = bits;
  t.deadline = mode == Mode::kTimed ? deadline : kNever;
  t.sleeping = true;
  turn(
      t, touching(word, Op::kFutexWoken),
      [](const Thread& w) { return w.woken || w.deadline != kNever || may_wake_by_chance(w); }, &f, pc);
  t.sleeping = false;
  t.deadline = kNever;
  t.wait_mutex = 0;
  int result = 0;
  u16 flags = 0;
  if (!t.woken) {
    for (Object* o = objects::all(); o; o = o->next) {  // it may have been requeued
      if (o->kind != ObjectKind::kFutex) continue;
      for (u32 i = 0; i < o->waiters.size; ++i) {
        if (o->waiters[i] == &t) o->waiters.erase_at(i--);
      }
    }
    bool spurious = mode != Mode::kTimed || (may_wake_by_chance(t) && program.choose(ChoiceKind::kSpurious, 2, t) == 1);
    t.woke_by_chance |= spurious;
    if (spurious) {
      result = EINTR;
      flags = kFlagSpurious;
    } else {
      program.advance_to(deadline);
      result = ETIMEDOUT;
      flags = kFlagTimedOut;
    }
  }
  t.woken = false;
  program.add_event(t, &f);
  record(t, {.op = Op::kFutexWoken, .addr = word, .result = result, .flags = static_cast<u16>(flags | kFlagWaited)});
  return result;
}

int futex_wake(Thread& t, u64 word, u32 count, u32 bits, u32 requeue, u64 target, u64 pc) {
  Footprint next = touching(word, Op::kFutexWake, true, requeue ? target : 0);
  turn(t, next, nullptr, nullptr, pc);
  atomics::fence(t, Order::kSeqCst, pc);
  Object& f = objects::get(word, ObjectKind::kFutex);
  program.add_event(t, &f);
  ++t.effects;
  u32 woken = 0;
  u16 who = protocol::kNoThread;
  while (woken < count) {
    u32 fitting[protocol::kMaxThreads];
    u32 n = 0;
    for (u32 i = 0; i < f.waiters.size; ++i) {
      if (f.waiters[i]->wait_mutex & bits) fitting[n++] = i;
    }
    if (n == 0) break;
    // Which waiters get up only matters when not all of them do.
    u32 i = fitting[n > count - woken ? program.choose(ChoiceKind::kNotify, n, t) : 0];
    Thread& w = *f.waiters[i];
    f.waiters.erase_at(i);
    w.woken = true;
    w.local = true;  // waking up touches nothing any more
    who = w.id;
    ++woken;
  }
  u32 moved = 0;
  if (requeue && target) {
    Object& to = objects::get(target, ObjectKind::kFutex);
    for (; moved < requeue && f.waiters.size; ++moved) {
      Thread* w = f.waiters[0];
      f.waiters.erase_at(0);
      to.waiters.push(program.graph.memory(), w);
      w->waits_for = &to;
      w->pending.object = target;
    }
  }
  record(t, {.op = Op::kFutexWake,
             .addr = word,
             .aux = moved,
             .result = static_cast<i32>(woken),
             .other = woken == 1 ? who : protocol::kNoThread});
  return static_cast<int>(woken + moved);
}

}  // namespace lockstep::runtime::sync
