// What the files sync_*.cpp share: taking turns, happens-before, recording.
#pragma once

#include <errno.h>

#include "program/program.h"
#include "program/spin.h"
#include "program/sync.h"
#include "record/recorder.h"

namespace lockstep::runtime::sync {

using protocol::kFlagFailed;
using protocol::kFlagSpurious;
using protocol::kFlagTimedOut;
using protocol::kFlagWaited;
using protocol::LockType;

inline Footprint touching(u64 object, Op op, bool write = true, u64 second = 0) {
  Footprint f;
  f.object = object;
  f.second = second;
  f.op = op;
  f.write = write;
  return f;
}

inline void acquire_from(Thread& t, const Clock* clock) {
  t.clock = Clock::join(program.graph.memory(), t.clock, clock);
}

inline void release_to(Thread& t, Clock*& clock) { clock = Clock::join(program.graph.memory(), clock, t.clock); }

inline u32 record(Thread& t, const recorder::Note& note) {
  return program.recording ? recorder::event(note, t) : protocol::kNone;
}

// The mutex must be there: looked up by address, or made with the type that its memory says.
inline Object& mutex_at(u64 address, LockType type) {
  Object& m = objects::get(address, ObjectKind::kMutex);
  if (!m.initialized) {
    m.initialized = true;
    m.lock_type = type;
  }
  return m;
}

inline bool mutex_free(const Thread& t) { return !t.waits_for->owner; }

inline u16 waited(bool blocked) { return blocked ? kFlagWaited : 0; }

inline int take_mutex(Thread& t, Object& m, Op op, u16 flags) {
  program.add_event(t, &m, op);
  m.owner = &t;
  if (m.mirror) *m.mirror = t.id + 1;
  m.count = 1;
  t.effects += lock_effect(m.address);
  ++t.lock_ops;
  if (program.graph_mode) spin::note_read(t, &m.version, m.version);
  acquire_from(t, m.clock);
  int result = 0;
  if (m.owner_died) {
    result = EOWNERDEAD;
    m.owner_died = false;
    m.unrecoverable = true;  // until pthread_mutex_consistent
  }
  m.acquired = record(t, {.op = op, .lock_type = m.lock_type, .addr = m.address, .result = result, .flags = flags});
  return result;
}

inline void give_mutex(Thread& t, Object& m) {
  release_to(t, m.clock);
  m.owner = nullptr;
  m.count = 0;
  if (m.mirror) *m.mirror = 0;
  ++m.version;
}

// A failed attempt changes nothing; a loop around it awaits a change of the object.
inline int failed_attempt(Thread& t, Object& o, Op op, int error, u16 flags) {
  program.add_event(t, &o, op, false);
  spin::note_read(t, &o.version, o.version);
  record(t, {.op = op,
             .lock_type = o.lock_type,
             .addr = o.address,
             .result = error,
             .flags = static_cast<u16>(flags | kFlagFailed)});
  return error;
}

// An error that follows from what the thread itself has done before.
inline int refused(Thread& t, Object& o, Op op, int error) {
  program.add_event(t, static_cast<const void*>(&o));
  record(t, {.op = op, .lock_type = o.lock_type, .addr = o.address, .result = error, .flags = kFlagFailed});
  return error;
}

// Graph mode: `w` is no longer blocked, because of what `t` has just done.
inline void woken(const Thread& t, Thread& w) {
  w.woken = true;
  w.woken_by = t.id;
  w.woken_steps = t.steps;
  if (program.graph_mode && program.model->interleaving) {
    Bump& memory = program.graph.memory();
    w.woken_clock = Clock::join(memory, Clock::copy(memory, t.clock), t.order);
  }
  if (program.optimal) w.woken_event = program.optimal->operation();
}

inline void turn(Thread& t, const Footprint& next, bool (*ready)(const Thread&), Object* waits_for, u64 pc) {
  t.wait_pc = pc;
  t.waits_for = waits_for;
  t.wait_op = next.op;
  program.visible(t, next, ready);
}

// An operation that may fail and be repeated in a loop. True: it ended a pure spin iteration, and something that it has
// read is different now.
inline bool try_turn(Thread& t, const Footprint& next, u64 pc) {
  t.wait_pc = pc;
  t.wait_op = next.op;
  bool spun = spin::iteration_ended(t);
  t.awaiting = spun;
  program.visible(t, next);
  t.awaiting = false;
  return spun;
}

inline void timed_out(Thread& t) { program.advance_to(t.deadline); }

inline bool may_wake_by_chance(const Thread& t) { return program.config.spurious_wakeups && !t.woke_by_chance; }

inline Op lock_op(Mode mode) {
  return mode == Mode::kBlock ? Op::kLock : mode == Mode::kTry ? Op::kTryLock : Op::kTimedLock;
}

}  // namespace lockstep::runtime::sync
