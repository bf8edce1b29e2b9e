// Reader-writer locks.
#include "program/sync_common.h"

namespace lockstep::runtime::sync {

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

bool writer_has_come(const Object& o) { return program.graph_mode ? o.waiting_writers > 0 : writer_waits(o); }
bool readable(const Object& o) { return !o.owner && !(o.prefers_writers && o.readers.size && writer_has_come(o)); }
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
  if (mode != Mode::kTry && o.owner == &t) return refused(t, o, op, EDEADLK);
  bool blocked = write ? o.owner || o.readers.size : o.owner != nullptr;
  // That a writer waits keeps readers out, so in the graph its coming is an operation of its own.
  bool announces = program.graph_mode && write && o.prefers_writers && mode == Mode::kBlock;
  if (announces) {
    program.step(t, touching(lock, Op::kNone));
    program.add_event(t, &o, Op::kNone);
    ++o.waiting_writers;
  }
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
  program.add_event(t, &o, op);
  if (announces) --o.waiting_writers;
  t.effects += lock_effect(lock);
  ++t.lock_ops;
  lock_order::taken(t, lock, mode == Mode::kBlock, !write);
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
  program.add_event(t, &o, Op::kRwUnlock);
  t.effects -= lock_effect(lock);
  lock_order::given_back(t, lock);
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

}  // namespace lockstep::runtime::sync
