#include "program/sync.h"

#include <errno.h>
#include <pthread.h>

#include "detect/race.h"
#include "program/atomics.h"
#include "program/program.h"
#include "program/spin.h"
#include "record/recorder.h"

namespace lockstep::runtime::sync {
namespace {

using protocol::kFlagFailed;
using protocol::kFlagSpurious;
using protocol::kFlagTimedOut;
using protocol::kFlagWaited;
using protocol::LockType;

Footprint touching(u64 object, Op op, bool write = true, u64 second = 0) {
  Footprint f;
  f.object = object;
  f.second = second;
  f.op = op;
  f.write = write;
  return f;
}

void acquire_from(Thread& t, const Clock* clock) { t.clock = Clock::join(program.graph.memory(), t.clock, clock); }

void release_to(Thread& t, Clock*& clock) { clock = Clock::join(program.graph.memory(), clock, t.clock); }

u32 record(Thread& t, const recorder::Note& note) {
  return program.recording ? recorder::event(note, t) : protocol::kNone;
}

// The mutex must be there: looked up by address, or made with the type that its memory says.
Object& mutex_at(u64 address, LockType type) {
  Object& m = objects::get(address, ObjectKind::kMutex);
  if (!m.initialized) {
    m.initialized = true;
    m.lock_type = type;
  }
  return m;
}

bool mutex_free(const Thread& t) { return !t.waits_for->owner; }

u16 waited(bool blocked) { return blocked ? kFlagWaited : 0; }

int take_mutex(Thread& t, Object& m, Op op, u16 flags) {
  m.owner = &t;
  if (m.mirror) *m.mirror = t.id + 1;
  m.count = 1;
  t.effects += lock_effect(m.address);
  ++t.lock_ops;
  program.add_event(t, &m);
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

void give_mutex(Thread& t, Object& m) {
  release_to(t, m.clock);
  m.owner = nullptr;
  m.count = 0;
  if (m.mirror) *m.mirror = 0;
  ++m.version;
}

// A failed attempt changes nothing; a loop around it awaits a change of the object.
int failed_attempt(Thread& t, Object& o, Op op, int error, u16 flags) {
  program.add_event(t, &o);
  spin::note_read(t, &o.version, o.version);
  record(t, {.op = op,
             .lock_type = o.lock_type,
             .addr = o.address,
             .result = error,
             .flags = static_cast<u16>(flags | kFlagFailed)});
  return error;
}

void turn(Thread& t, const Footprint& next, bool (*ready)(const Thread&), Object* waits_for, u64 pc) {
  t.wait_pc = pc;
  t.waits_for = waits_for;
  t.wait_op = next.op;
  program.visible(t, next, ready);
}

// An operation that may fail and be repeated in a loop. True: it ended a pure spin iteration, and something that it has
// read is different now.
bool try_turn(Thread& t, const Footprint& next, u64 pc) {
  t.wait_pc = pc;
  t.wait_op = next.op;
  bool spun = spin::iteration_ended(t);
  t.awaiting = spun;
  program.visible(t, next);
  t.awaiting = false;
  return spun;
}

void timed_out(Thread& t) { program.advance_to(t.deadline); }

Op lock_op(Mode mode) { return mode == Mode::kBlock ? Op::kLock : mode == Mode::kTry ? Op::kTryLock : Op::kTimedLock; }

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
        program.add_event(t, &m);
        ++t.effects;
        record(t, {.op = op, .lock_type = m.lock_type, .addr = mutex, .aux = m.count});
        return 0;
      case LockType::kErrorCheck:
        if (mode != Mode::kTry) return failed_attempt(t, m, op, EDEADLK, 0);
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
    program.add_event(t, &m);
    record(t, {.op = Op::kUnlock, .lock_type = m.lock_type, .addr = mutex, .aux = m.count});
    return 0;
  }
  turn(t, touching(mutex, Op::kUnlock), nullptr, nullptr, pc);
  program.add_event(t, &m);
  t.effects -= lock_effect(m.address);
  record(t, {.op = Op::kUnlock, .lock_type = m.lock_type, .addr = mutex});
  give_mutex(t, m);
  return 0;
}

int mutex_consistent(Thread& t, u64 mutex) {
  Object* m = objects::find(mutex, ObjectKind::kMutex);
  if (!m || m->owner != &t || !m->unrecoverable) return EINVAL;
  m->unrecoverable = false;
  return 0;
}

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
  program.add_event(t, &c);
  ++t.effects;
  record(t, {.op = op, .addr = condition, .aux = mutex});
  u64 depth = m.count;
  give_mutex(t, m);
  c.waiters.push(program.graph.memory(), &t);
  t.woken = false;
  t.wait_mutex = mutex;
  t.deadline = timed ? deadline : kNever;
  // A notification turns this into "take the mutex" (condition_notify); otherwise only time or chance ends it.
  turn(
      t, touching(condition, Op::kCondWake),
      [](const Thread& w) { return w.deadline != kNever || program.config.spurious_wakeups; }, &c, pc);
  int result = 0;
  bool was_woken = t.woken;
  if (!was_woken) {
    for (u32 i = 0; i < c.waiters.size; ++i) {
      if (c.waiters[i] == &t) {
        c.waiters.erase_at(i);
        break;
      }
    }
    bool spurious = !timed || (program.config.spurious_wakeups && program.choose(ChoiceKind::kSpurious, 2, t) == 1);
    program.add_event(t, &c);
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

int condition_notify(Thread& t, u64 condition, bool all, u64 pc) {
  Object& c = objects::get(condition, ObjectKind::kCondition);
  turn(t, touching(condition, all ? Op::kNotifyAll : Op::kNotifyOne), nullptr, nullptr, pc);
  program.add_event(t, &c);
  ++t.effects;
  auto wake = [&](u32 i) {
    Thread& w = *c.waiters[i];
    c.waiters.erase_at(i);
    w.woken = true;
    w.waits_for = &mutex_at(w.wait_mutex, LockType::kNormal);
    w.pending = touching(w.wait_mutex, Op::kLock);
    w.wait_op = Op::kLock;
    w.ready = mutex_free;
    return w.id;
  };
  if (all) {
    u32 n = c.waiters.size;
    while (c.waiters.size) wake(0);
    record(t, {.op = Op::kNotifyAll, .addr = condition, .aux = n});
  } else {
    u16 who = protocol::kNoThread;
    if (c.waiters.size) who = wake(program.choose(ChoiceKind::kNotify, c.waiters.size, t));
    record(t, {.op = Op::kNotifyOne, .addr = condition, .other = who});
  }
  return 0;
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

int rwlock_init(Thread&, u64 lock, bool prefers_writers, u64) {
  if (Object* old = objects::find(lock, ObjectKind::kRwLock)) objects::drop(*old);
  Object& o = objects::get(lock, ObjectKind::kRwLock);
  o.initialized = true;
  o.prefers_writers = prefers_writers;
  return 0;
}

int rwlock_destroy(Thread& t, u64 lock, u64 pc) {
  Object* o = objects::find(lock, ObjectKind::kRwLock);
  if (!o) return 0;
  if (o->owner || o->readers.size) {
    program.bug(Kind::kLockMisuse, &t, lock, pc, "a reader-writer lock is destroyed while it is held");
  }
  objects::drop(*o);
  return 0;
}

namespace {

bool writer_waits(const Object& o) {
  for (u32 i = 0; i < program.thread_count(); ++i) {
    const Thread& t = program.thread(i);
    if (t.state == ThreadState::kRunnable && t.waits_for == &o &&
        (t.wait_op == Op::kWriteLock || t.wait_op == Op::kTimedWriteLock)) {
      return true;
    }
  }
  return false;
}

bool readable(const Object& o) { return !o.owner && !(o.prefers_writers && o.readers.size && writer_waits(o)); }
bool can_read(const Thread& t) { return readable(*t.waits_for); }
bool can_write(const Thread& t) { return !t.waits_for->owner && !t.waits_for->readers.size; }

}  // namespace

int rwlock_lock(Thread& t, u64 lock, bool write, Mode mode, u64 deadline, bool prefers_writers, u64 pc) {
  Object& o = objects::get(lock, ObjectKind::kRwLock);
  if (!o.initialized) {
    o.initialized = true;
    o.prefers_writers = prefers_writers;
  }
  static constexpr Op kOps[2][3] = {{Op::kReadLock, Op::kTryReadLock, Op::kTimedReadLock},
                                    {Op::kWriteLock, Op::kTryWriteLock, Op::kTimedWriteLock}};
  Op op = kOps[write][static_cast<int>(mode)];
  if (mode != Mode::kTry && o.owner == &t) return failed_attempt(t, o, op, EDEADLK, 0);
  bool blocked = write ? o.owner || o.readers.size : o.owner != nullptr;
  if (mode == Mode::kBlock) {
    turn(t, touching(lock, op), write ? can_write : can_read, &o, pc);
  } else {
    t.waits_for = mode == Mode::kTimed ? &o : nullptr;
    t.deadline = mode == Mode::kTimed ? deadline : kNever;
    try_turn(t, touching(lock, op), pc);
    t.waits_for = nullptr;
    t.deadline = kNever;
    bool possible = write ? !o.owner && !o.readers.size : readable(o);
    if (!possible) {
      if (mode == Mode::kTry) return failed_attempt(t, o, op, EBUSY, 0);
      program.advance_to(deadline);
      return failed_attempt(t, o, op, ETIMEDOUT, kFlagTimedOut);
    }
  }
  program.add_event(t, &o);
  t.effects += lock_effect(lock);
  ++t.lock_ops;
  acquire_from(t, o.clock);
  if (write) {
    acquire_from(t, o.read_clock);
    o.owner = &t;
  } else {
    o.readers.push(program.graph.memory(), t.id);
  }
  o.acquired = record(t, {.op = op, .addr = lock, .flags = waited(blocked)});
  return 0;
}

int rwlock_unlock(Thread& t, u64 lock, u64 pc) {
  Object& o = objects::get(lock, ObjectKind::kRwLock);
  u32 mine = o.readers.size;
  for (u32 i = 0; i < o.readers.size; ++i) {
    if (o.readers[i] == t.id) mine = i;
  }
  if (o.owner != &t && mine == o.readers.size) {
    program.bug(Kind::kLockMisuse, &t, lock, pc, "a thread unlocks a reader-writer lock that it does not hold");
  }
  turn(t, touching(lock, Op::kRwUnlock), nullptr, nullptr, pc);
  program.add_event(t, &o);
  t.effects -= lock_effect(lock);
  record(t, {.op = Op::kRwUnlock, .addr = lock});
  if (o.owner == &t) {
    release_to(t, o.clock);
    o.owner = nullptr;
  } else {
    release_to(t, o.read_clock);
    for (u32 i = 0; i < o.readers.size; ++i) {
      if (o.readers[i] == t.id) {
        o.readers.erase_at(i);
        break;
      }
    }
  }
  ++o.version;
  return 0;
}

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
  --s.count;
  program.add_event(t, &s);
  ++t.effects;
  acquire_from(t, s.clock);
  record(t, {.op = op, .addr = semaphore, .value = s.count, .flags = waited(blocked)});
  return 0;
}

int semaphore_post(Thread& t, u64 semaphore, u64 pc) {
  Object& s = objects::get(semaphore, ObjectKind::kSemaphore);
  turn(t, touching(semaphore, Op::kSemPost), nullptr, nullptr, pc);
  if (s.count >= 0x7fffffff) return EOVERFLOW;
  ++s.count;
  ++s.version;
  program.add_event(t, &s);
  ++t.effects;
  release_to(t, s.clock);
  record(t, {.op = Op::kSemPost, .addr = semaphore, .value = s.count});
  return 0;
}

u32 semaphore_value(Thread& t, u64 semaphore) {
  Object& s = objects::get(semaphore, ObjectKind::kSemaphore);
  program.visible(t, touching(semaphore, Op::kSemTryWait, false));
  spin::note_read(t, &s.version, s.version);
  return static_cast<u32>(s.count);
}

void semaphore_destroy(Thread&, u64 semaphore) {
  if (Object* s = objects::find(semaphore, ObjectKind::kSemaphore)) objects::drop(*s);
}

int barrier_init(Thread&, u64 barrier, u32 count) {
  if (count == 0) return EINVAL;
  if (Object* old = objects::find(barrier, ObjectKind::kBarrier)) objects::drop(*old);
  objects::get(barrier, ObjectKind::kBarrier).limit = count;
  return 0;
}

int barrier_wait(Thread& t, u64 barrier, u64 pc) {
  Object& b = objects::get(barrier, ObjectKind::kBarrier);
  turn(t, touching(barrier, Op::kBarrierWait), nullptr, nullptr, pc);
  program.add_event(t, &b);
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
    return 0;
  }
  record(t, {.op = Op::kBarrierWait, .addr = barrier, .aux = b.count, .result = 1});
  for (Thread* w : b.waiters) {
    w->woken = true;
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

// Object::count of a once: 0 not run, 1 running, 2 done.
bool once_begin(Thread& t, u64 once, u64 pc) {
  Object& o = objects::get(once, ObjectKind::kOnce);
  if (o.count == 1 && o.owner == &t) {
    t.wait_pc = pc;
    t.waits_for = &o;
    program.bug(Kind::kDeadlock, &t, once, pc, "an initialiser that runs once enters itself");
  }
  turn(
      t, touching(once, Op::kOnceBegin), [](const Thread& w) { return w.waits_for->count != 1; }, &o, pc);
  program.add_event(t, &o);
  bool mine = o.count == 0;
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
  program.add_event(t, &o);
  o.count = 2;
  o.owner = nullptr;
  ++o.version;
  ++t.effects;
  release_to(t, o.clock);
  record(t, {.op = Op::kOnceEnd, .addr = once, .result = 1});
}

void once_failed(Thread& t, u64 once, u64) {
  Object& o = objects::get(once, ObjectKind::kOnce);
  program.add_event(t, &o);
  o.count = 0;
  o.owner = nullptr;
  ++o.version;
  release_to(t, o.clock);
  record(t, {.op = Op::kOnceEnd, .addr = once, .result = 0});
}

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
  turn(
      t, touching(word, Op::kFutexWoken),
      [](const Thread& w) { return w.woken || w.deadline != kNever || program.config.spurious_wakeups; }, &f, pc);
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
    bool spurious =
        mode != Mode::kTimed || (program.config.spurious_wakeups && program.choose(ChoiceKind::kSpurious, 2, t) == 1);
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

int join(Thread& t, Thread& target, Mode mode, u64 deadline, u64 pc) {
  if (&target == &t) return EDEADLK;
  t.wait_pc = pc;
  t.wait_op = Op::kThreadJoin;
  t.waits_for_thread = &target;
  bool blocked = target.state != ThreadState::kFinished;
  Footprint next = touching(reinterpret_cast<u64>(&target), Op::kThreadJoin, false);
  if (mode == Mode::kBlock) {
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
      program.add_event(t, &target);
      spin::note_read(t, &target.index, ended ? target.index - 1 : target.index);
      return mode == Mode::kTimed ? ETIMEDOUT : EBUSY;
    }
  }
  t.waits_for_thread = nullptr;
  program.add_event(t, &target);
  ++t.effects;
  acquire_from(t, target.end_clock);
  target.joined = true;
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
      give_mutex(t, *o);
      o->owner_died = true;
    }
  }
}

}  // namespace lockstep::runtime::sync
