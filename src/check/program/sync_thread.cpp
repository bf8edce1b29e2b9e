// Joins, sleeps, yields; happens-before edges of annotations; locks of a thread that ends.
#include "model/paranoid.h"
#include "program/sync_common.h"

namespace lockstep::runtime::sync {

int join(Thread& t, Thread& target, Mode mode, u64 deadline, u64 pc) {
  if (&target == &t) return EDEADLK;
  t.wait_pc = pc;
  t.wait_op = Op::kThreadJoin;
  t.waits_for_thread = &target;
  bool blocked = target.state != ThreadState::kFinished;
  Footprint next = touching(reinterpret_cast<u64>(&target), Op::kThreadJoin, false);
  if (mode != Mode::kBlock && program.graph_mode) {
    // Either the thread has ended, then this comes after its end, or it has not yet.
    bool known = t.clock->get(target.id) >= target.index && !blocked;
    if (spin::iteration_ended(t)) program.stop_thread(t);
    if (!known && program.choose(ChoiceKind::kChoose, 2, t) == 1) {
      if (mode == Mode::kTimed) program.advance_to(deadline);
      program.add_event(t, static_cast<const void*>(&target));
      spin::note_read(t, &target.index, target.index - 1);
      return mode == Mode::kTimed ? ETIMEDOUT : EBUSY;
    }
    t.assumed = true;  // that it ends
    program.local(t, next, [](const Thread& w) { return w.waits_for_thread->state == ThreadState::kFinished; });
    t.assumed = false;
  } else if (mode == Mode::kBlock) {
    program.local(t, next, [](const Thread& w) { return w.waits_for_thread->state == ThreadState::kFinished; });
  } else {
    t.deadline = mode == Mode::kTimed ? deadline : kNever;
    bool spun = try_turn(t, next, pc);
    t.deadline = kNever;
    bool ended = target.state == ThreadState::kFinished;
    // A thread's end is not interleaved like other operations: nothing but this call can see when it is. Unless the
    // end is ordered before, it may as well come later.
    bool may_come_later = ended && t.clock->get(target.id) < target.index && !spun;
    if (!ended || (may_come_later && program.choose(ChoiceKind::kSpurious, 2, t) == 1)) {
      if (mode == Mode::kTimed) program.advance_to(deadline);
      program.add_event(t, static_cast<const void*>(&target));
      spin::note_read(t, &target.index, ended ? target.index - 1 : target.index);
      return mode == Mode::kTimed ? ETIMEDOUT : EBUSY;
    }
  }
  t.waits_for_thread = nullptr;
  program.wait_ended(t, target.id, target.steps);
  program.catch_up(target.now);
  program.add_event(t, static_cast<const void*>(&target));
  ++t.effects;
  acquire_from(t, target.end_clock);
  target.joined = true;
  lock_order::joined(t, target);
  if (program.config.paranoid) paranoid::joined(t, target);
  record(t, {.op = Op::kThreadJoin, .other = target.id, .flags = waited(blocked)});
  return 0;
}

void sleep_until(Thread& t, u64 deadline, u64 pc) {
  u64 length = deadline > program.now() ? deadline - program.now() : 0;
  t.wait_pc = pc;
  t.wait_op = Op::kSleep;
  Footprint next;
  next.op = Op::kSleep;
  t.deadline = deadline;
  program.visible(t, next);
  t.deadline = kNever;
  program.advance_to(deadline);
  program.add_event(t);
  record(t, {.op = Op::kSleep, .aux = length});
}

void yield(Thread& t, u64 pc) {
  t.wait_pc = pc;
  t.wait_op = Op::kYield;
  Footprint next;
  next.op = Op::kYield;
  program.visible(t, next);
  program.add_event(t);
  record(t, {.op = Op::kYield});
}

namespace {
// Annotations have clocks of their own, apart from what else may lie at the address.
Object& annotation_at(u64 address) { return objects::get(~address, ObjectKind::kOnce); }
}  // namespace

void acquire(Thread& t, u64 address, bool recorded) {
  program.add_event(t);
  acquire_from(t, annotation_at(address).clock);
  if (recorded) record(t, {.op = Op::kAcquire, .addr = address});
}

void release(Thread& t, u64 address, bool recorded) {
  program.add_event(t);
  release_to(t, annotation_at(address).clock);
  if (recorded) record(t, {.op = Op::kRelease, .addr = address});
}

void owner_ends(Thread& t) {
  for (Object* o = objects::all(); o; o = o->next) {
    if (o->address && o->kind == ObjectKind::kMutex && o->robust && o->owner == &t) {
      if (program.graph_mode) {
        program.step(t, touching(o->address, Op::kUnlock));
        program.add_event(t, o, Op::kUnlock);
      }
      give_mutex(t, *o);
      o->owner_died = true;
    }
  }
}

}  // namespace lockstep::runtime::sync
