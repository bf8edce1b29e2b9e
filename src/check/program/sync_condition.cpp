// Condition variables.
#include "program/sync_common.h"

namespace lockstep::runtime::sync {

int condition_wait(Thread& t, u64 condition, u64 mutex, Mode mode, u64 deadline, u64 pc) {
  Object& c = objects::get(condition, ObjectKind::kCondition);
  Object& m = mutex_at(mutex, LockType::kNormal);
  if (m.owner != &t) {
    if (m.lock_type == LockType::kErrorCheck || m.robust) return EPERM;
    program.bug(Kind::kLockMisuse, &t, mutex, pc,
                "a thread waits on a condition variable with a mutex that it does not hold");
  }
  bool timed = mode == Mode::kTimed;
  Op op = timed ? Op::kCondTimedWait : Op::kCondWait;
  turn(t, touching(condition, op, true, mutex), nullptr, nullptr, pc);
  program.add_event(t, &c, op);
  if (program.graph_mode) {
    program.add_event(t, &m, Op::kUnlock);
    if (program.optimal) program.optimal->belongs(1);
  }
  ++t.effects;
  record(t, {.op = op, .addr = condition, .aux = mutex});
  u64 depth = m.count;
  give_mutex(t, m);
  c.waiters.push(program.graph.memory(), &t);
  t.woken = false;
  t.wait_mutex = mutex;
  t.deadline = timed ? deadline : kNever;
  t.sleeping = true;
  // A notification turns this into "take the mutex" (condition_notify); otherwise only time or chance ends it.
  turn(
      t, touching(condition, Op::kCondWake),
      [](const Thread& w) { return w.woken || w.deadline != kNever || may_wake_by_chance(w); }, &c, pc);
  t.sleeping = false;
  int result = 0;
  bool was_woken = t.woken;
  if (program.graph_mode && was_woken) {
    program.wait_ended(t, t.woken_by, t.woken_steps);
    bool unforced = timed || may_wake_by_chance(t);
    if (unforced && program.optimal) program.optimal->could_go_on(t, c, Op::kCondWake);
    t.deadline = kNever;
    turn(t, touching(mutex, Op::kLock), mutex_free, &m, pc);
  }
  if (!was_woken) {
    program.add_event(t, &c, Op::kCondWake);
    for (u32 i = 0; i < c.waiters.size; ++i) {
      if (c.waiters[i] == &t) {
        c.waiters.erase_at(i);
        break;
      }
    }
    bool spurious = !timed || (may_wake_by_chance(t) && program.choose(ChoiceKind::kSpurious, 2, t) == 1);
    t.woke_by_chance |= spurious;
    if (!spurious) {
      timed_out(t);
      result = ETIMEDOUT;
    }
    record(t,
           {.op = Op::kCondWake, .addr = condition, .aux = mutex, .flags = spurious ? kFlagSpurious : kFlagTimedOut});
    t.deadline = kNever;
    turn(t, touching(mutex, Op::kLock), mutex_free, &m, pc);
  }
  t.deadline = kNever;
  t.woken = false;
  t.wait_mutex = 0;
  int taken = take_mutex(t, m, Op::kLock, kFlagWaited);
  m.count = depth;
  return result ? result : taken;
}

u32 condition_notify(Thread& t, u64 condition, bool all, u64 pc) {
  Object& c = objects::get(condition, ObjectKind::kCondition);
  turn(t, touching(condition, all ? Op::kNotifyAll : Op::kNotifyOne), nullptr, nullptr, pc);
  program.add_event(t, &c, all ? Op::kNotifyAll : Op::kNotifyOne, c.waiters.size > 0);
  ++t.effects;
  u32 woken_up = all ? c.waiters.size : c.waiters.size ? 1 : 0;
  auto wake = [&](u32 i) {
    Thread& w = *c.waiters[i];
    c.waiters.erase_at(i);
    if (program.graph_mode) {
      woken(t, w);
      return w.id;
    }
    w.woken = true;
    w.waits_for = &mutex_at(w.wait_mutex, LockType::kNormal);
    w.pending = touching(w.wait_mutex, Op::kLock);
    w.wait_op = Op::kLock;
    w.ready = mutex_free;
    return w.id;
  };
  if (all) {
    while (c.waiters.size) wake(0);
    record(t, {.op = Op::kNotifyAll, .addr = condition, .aux = woken_up});
  } else {
    u16 who = protocol::kNoThread;
    if (c.waiters.size) who = wake(program.choose(ChoiceKind::kNotify, c.waiters.size, t));
    record(t, {.op = Op::kNotifyOne, .addr = condition, .other = who});
  }
  return woken_up;
}

int condition_destroy(Thread& t, u64 condition, u64 pc) {
  Object* c = objects::find(condition, ObjectKind::kCondition);
  if (!c) return 0;
  if (c->waiters.size) {
    program.bug(Kind::kLockMisuse, &t, condition, pc, "a condition variable is destroyed while a thread waits on it");
  }
  objects::drop(*c);
  return 0;
}

}  // namespace lockstep::runtime::sync
