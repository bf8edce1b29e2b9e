// Semaphores.
#include "program/sync_common.h"

namespace lockstep::runtime::sync {

int semaphore_init(Thread&, u64 semaphore, u32 value) {
  if (Object* old = objects::find(semaphore, ObjectKind::kSemaphore)) objects::drop(*old);
  objects::get(semaphore, ObjectKind::kSemaphore).count = value;
  return 0;
}

int semaphore_wait(Thread& t, u64 semaphore, Mode mode, u64 deadline, u64 pc) {
  Object& s = objects::get(semaphore, ObjectKind::kSemaphore);
  bool blocked = s.count == 0;
  Op op = mode == Mode::kBlock ? Op::kSemWait : mode == Mode::kTry ? Op::kSemTryWait : Op::kSemTimedWait;
  if (mode == Mode::kBlock) {
    turn(
        t, touching(semaphore, op), [](const Thread& w) { return w.waits_for->count > 0; }, &s, pc);
  } else {
    t.waits_for = mode == Mode::kTimed ? &s : nullptr;
    t.deadline = mode == Mode::kTimed ? deadline : kNever;
    try_turn(t, touching(semaphore, op), pc);
    t.waits_for = nullptr;
    t.deadline = kNever;
    if (s.count == 0) {
      if (mode == Mode::kTry) return failed_attempt(t, s, op, EAGAIN, 0);
      program.advance_to(deadline);
      return failed_attempt(t, s, op, ETIMEDOUT, kFlagTimedOut);
    }
  }
  program.add_event(t, &s, op);
  --s.count;
  ++t.effects;
  acquire_from(t, s.clock);
  record(t, {.op = op, .addr = semaphore, .value = s.count, .flags = waited(blocked)});
  return 0;
}

int semaphore_post(Thread& t, u64 semaphore, u64 pc, u32 n, u32 most) {
  Object& s = objects::get(semaphore, ObjectKind::kSemaphore);
  turn(t, touching(semaphore, Op::kSemPost), nullptr, nullptr, pc);
  if (s.count + n > most) return EOVERFLOW;
  program.add_event(t, &s, Op::kSemPost);
  s.count += n;
  ++s.version;
  ++t.effects;
  release_to(t, s.clock);
  record(t, {.op = Op::kSemPost, .addr = semaphore, .value = s.count});
  return 0;
}

u32 semaphore_value(Thread& t, u64 semaphore) {
  Object& s = objects::get(semaphore, ObjectKind::kSemaphore);
  program.visible(t, touching(semaphore, Op::kSemTryWait, false));
  program.add_event(t, &s, Op::kNone, false);
  spin::note_read(t, &s.version, s.version);
  return static_cast<u32>(s.count);
}

void semaphore_destroy(Thread&, u64 semaphore) {
  if (Object* s = objects::find(semaphore, ObjectKind::kSemaphore)) objects::drop(*s);
}

}  // namespace lockstep::runtime::sync
