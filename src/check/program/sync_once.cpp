// Once flags.
#include "program/sync_common.h"

namespace lockstep::runtime::sync {

// Object::count of a once: 0 not run, 1 running, 2 done.
bool once_begin(Thread& t, u64 once, u64 pc) {
  Object& o = objects::get(once, ObjectKind::kOnce);
  if (o.count == 1 && o.owner == &t) {
    t.wait_pc = pc;
    t.waits_for = &o;
    t.wait_op = Op::kOnceBegin;
    t.pending = touching(once, Op::kOnceBegin);
    t.ready = [](const Thread&) { return false; };
    program.bug(Kind::kDeadlock, &t, once, pc, "an initialiser that runs once enters itself");
  }
  turn(
      t, touching(once, Op::kOnceBegin), [](const Thread& w) { return w.waits_for->count != 1; }, &o, pc);
  bool mine = o.count == 0;
  program.add_event(t, &o, Op::kOnceBegin, mine);
  if (mine) {
    o.count = 1;
    o.owner = &t;
    ++t.effects;
  }
  acquire_from(t, o.clock);
  record(t, {.op = Op::kOnceBegin, .addr = once, .result = mine});
  return mine;
}

void once_done(Thread& t, u64 once, u64) {
  Object& o = objects::get(once, ObjectKind::kOnce);
  program.step(t, touching(once, Op::kOnceEnd));
  program.add_event(t, &o, Op::kOnceEnd);
  o.count = 2;
  o.owner = nullptr;
  ++o.version;
  ++t.effects;
  release_to(t, o.clock);
  record(t, {.op = Op::kOnceEnd, .addr = once, .result = 1});
}

void once_failed(Thread& t, u64 once, u64) {
  Object& o = objects::get(once, ObjectKind::kOnce);
  program.step(t, touching(once, Op::kOnceEnd));
  program.add_event(t, &o, Op::kOnceEnd);
  o.count = 0;
  o.owner = nullptr;
  ++o.version;
  release_to(t, o.clock);
  record(t, {.op = Op::kOnceEnd, .addr = once, .result = 0});
}

}  // namespace lockstep::runtime::sync
