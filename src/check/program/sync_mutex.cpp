// Mutexes and spin locks.
#include "program/sync_common.h"

namespace lockstep::runtime::sync {
namespace {

// Stands for the coroutine that holds a mutex: not one of the program's threads.
Thread& no_thread() {
  static Thread nobody;
  nobody.id = protocol::kNoThread;
  return nobody;
}

}  // namespace

void mutex_mirror(u64 mutex, int* owner_word) {
  Object* m = objects::find(mutex, ObjectKind::kMutex);
  if (m && m->owner && m->mirror && *m->mirror == 0) {
    objects::drop(*m);
    m = nullptr;
  }
  if (!m) m = &objects::get(mutex, ObjectKind::kMutex);
  m->mirror = owner_word;
}

int mutex_init(Thread& t, u64 mutex, LockType type, bool robust, u64) {
  if (Object* old = objects::find(mutex, ObjectKind::kMutex)) objects::drop(*old);
  Object& m = objects::get(mutex, ObjectKind::kMutex);
  m.initialized = true;
  m.lock_type = type;
  m.robust = robust;
  record(t, {.op = Op::kMutexInit, .lock_type = type, .addr = mutex});
  return 0;
}

int mutex_destroy(Thread& t, u64 mutex, u64 pc) {
  Object* m = objects::find(mutex, ObjectKind::kMutex);
  if (!m) return 0;
  if (m->owner) {
    if (m->lock_type == LockType::kErrorCheck) return EBUSY;
    program.bug(Kind::kLockMisuse, &t, mutex, pc, "a mutex is destroyed while it is held");
  }
  record(t, {.op = Op::kMutexDestroy, .addr = mutex});
  objects::drop(*m);
  return 0;
}

int mutex_lock(Thread& t, u64 mutex, LockType type, Mode mode, u64 deadline, u64 pc) {
  Object& m = mutex_at(mutex, type);
  Op op = lock_op(mode);
  if (m.owner == &t) {
    switch (m.lock_type) {
      case LockType::kRecursive:
        ++m.count;
        program.add_event(t, static_cast<const void*>(&m));
        ++t.effects;
        record(t, {.op = op, .lock_type = m.lock_type, .addr = mutex, .aux = m.count});
        return 0;
      case LockType::kErrorCheck:
        if (mode != Mode::kTry) return refused(t, m, op, EDEADLK);
        break;
      default:
        if (mode == Mode::kBlock) {
          t.wait_pc = pc;
          t.wait_op = op;
          t.waits_for = &m;
          t.pending = touching(mutex, op);
          t.ready = mutex_free;
          program.bug(Kind::kDeadlock, &t, mutex, pc, "a thread locks a mutex that it holds");
        }
    }
  }
  if (mode == Mode::kTry) {
    try_turn(t, touching(mutex, op), pc);
    if (m.owner) return failed_attempt(t, m, op, EBUSY, 0);
    if (m.unrecoverable) return ENOTRECOVERABLE;
    return take_mutex(t, m, op, 0);
  }
  bool blocked = m.owner != nullptr;
  if (mode == Mode::kTimed) {
    t.deadline = deadline;
    t.wait_pc = pc;
    t.waits_for = &m;
    t.wait_op = op;
    if (spin::iteration_ended(t)) t.awaiting = true;
    program.visible(t, touching(mutex, op));
    t.awaiting = false;
    t.deadline = kNever;
    if (m.owner) {
      program.advance_to(deadline);
      return failed_attempt(t, m, op, ETIMEDOUT, kFlagTimedOut);
    }
  } else {
    // A loop that locks, looks and unlocks may be a spin, too.
    if (program.graph_mode && spin::iteration_ended(t)) t.awaiting = true;
    turn(t, touching(mutex, op), mutex_free, &m, pc);
  }
  if (m.unrecoverable) return ENOTRECOVERABLE;
  return take_mutex(t, m, op, waited(blocked));
}

int mutex_unlock(Thread& t, u64 mutex, LockType type, u64 pc) {
  Object& m = mutex_at(mutex, type);
  if (m.owner != &t) {
    if (m.lock_type == LockType::kErrorCheck || m.robust) return EPERM;
    program.bug(
        Kind::kLockMisuse, &t, mutex, pc,
        m.owner ? "a thread unlocks a mutex that another thread holds" : "a thread unlocks a mutex that nobody holds");
  }
  if (m.lock_type == LockType::kRecursive && m.count > 1) {
    --m.count;
    program.add_event(t, static_cast<const void*>(&m));
    record(t, {.op = Op::kUnlock, .lock_type = m.lock_type, .addr = mutex, .aux = m.count});
    return 0;
  }
  turn(t, touching(mutex, Op::kUnlock), nullptr, nullptr, pc);
  program.add_event(t, &m, Op::kUnlock);
  t.effects -= lock_effect(m.address);
  record(t, {.op = Op::kUnlock, .lock_type = m.lock_type, .addr = mutex});
  give_mutex(t, m);
  return 0;
}

void mutex_disown(Thread& t, u64 mutex) {
  Object& m = mutex_at(mutex, LockType::kNormal);
  lock_order::given_back(t, mutex);
  m.owner = &no_thread();
}

int mutex_unlock_disowned(Thread& t, u64 mutex, u64 pc) {
  Object& m = mutex_at(mutex, LockType::kNormal);
  if (m.owner == &no_thread()) m.owner = &t;
  return mutex_unlock(t, mutex, LockType::kNormal, pc);
}

u32 mutex_holder(Thread& t, u64 mutex) {
  Object& m = mutex_at(mutex, LockType::kNormal);
  program.visible(t, touching(mutex, Op::kTryLock, false));
  program.add_event(t, &m, Op::kNone, false);
  spin::note_read(t, &m.version, m.version);
  if (!m.owner) return 0;
  return m.owner->id == protocol::kNoThread ? ~0u : 1000u + m.owner->id;
}

int mutex_consistent(Thread& t, u64 mutex) {
  Object* m = objects::find(mutex, ObjectKind::kMutex);
  if (!m || m->owner != &t || !m->unrecoverable) return EINVAL;
  m->unrecoverable = false;
  return 0;
}

}  // namespace lockstep::runtime::sync
