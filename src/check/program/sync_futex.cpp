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
  Object& f = objects::get(word, ObjectKind::kFutex);
  u32 now;
  if (program.graph_mode) {
    // The kernel compares under the lock of the word's queue: behind what was done there before, it reads no older
    // value.
    atomics::fence(t, Order::kSeqCst, pc);
    program.add_event(t, &f, Op::kFutexWait);
    now = atomics::kernel_read(t, word, &read, pc, f.kernel_clock);
    if (program.optimal) program.optimal->belongs(1);
    release_to(t, f.kernel_clock);
  } else {
    atomics::fence(t, Order::kSeqCst, pc);
    now = atomics::kernel_read(t, word, &read, pc, nullptr);
    program.add_event(t, &f, Op::kFutexWait);
  }
  Location& l = *read;
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
    if (program.graph_mode) program.add_event(t, &f, Op::kFutexWoken);
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
  if (!program.graph_mode) {
    program.add_event(t, &f, Op::kFutexWoken);
  } else if (t.woken) {
    program.wait_ended(t, t.woken_by, t.woken_steps);
    bool unforced = mode == Mode::kTimed || may_wake_by_chance(t);
    if (unforced && program.optimal) program.optimal->could_go_on(t, f, Op::kFutexWoken);
  }
  t.woken = false;
  record(t, {.op = Op::kFutexWoken, .addr = word, .result = result, .flags = static_cast<u16>(flags | kFlagWaited)});
  return result;
}

int futex_wake(Thread& t, u64 word, u32 count, u32 bits, u32 requeue, u64 target, u64 pc) {
  Footprint next = touching(word, Op::kFutexWake, true, requeue ? target : 0);
  turn(t, next, nullptr, nullptr, pc);
  atomics::fence(t, Order::kSeqCst, pc);
  Object& f = objects::get(word, ObjectKind::kFutex);
  program.add_event(t, &f, Op::kFutexWake);
  if (program.graph_mode) release_to(t, f.kernel_clock);
  ++t.effects;
  u32 got_up = 0;
  u16 who = protocol::kNoThread;
  while (got_up < count) {
    static u32 fitting[protocol::kMaxThreads];  // not on the stack, see Inside
    u32 n = 0;
    for (u32 i = 0; i < f.waiters.size; ++i) {
      if (f.waiters[i]->wait_mutex & bits) fitting[n++] = i;
    }
    if (n == 0) break;
    // Which waiters get up only matters when not all of them do.
    u32 i = fitting[n > count - got_up ? program.choose(ChoiceKind::kNotify, n, t) : 0];
    Thread& w = *f.waiters[i];
    f.waiters.erase_at(i);
    woken(t, w);
    w.local = true;  // waking up touches nothing any more
    who = w.id;
    ++got_up;
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
             .result = static_cast<i32>(got_up),
             .other = got_up == 1 ? who : protocol::kNoThread});
  return static_cast<int>(got_up + moved);
}

}  // namespace lockstep::runtime::sync
