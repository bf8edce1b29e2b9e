// pthread mutexes, condition variables, reader-writer locks, spin locks and barriers.
#include <errno.h>
#include <pthread.h>

#include "hooks/clocks.h"
#include "hooks/hook.h"
#include "program/sync.h"

namespace lockstep::runtime {
namespace {

using protocol::LockType;
using sync::Mode;

constexpr int kKindMask = 3;
constexpr int kRobustBit = 16;

// glibc keeps the kind in the mutex; static initialisers set it too.
LockType type_of(const pthread_mutex_t* m) {
  switch (m->__data.__kind & kKindMask) {
    case PTHREAD_MUTEX_RECURSIVE_NP:
      return LockType::kRecursive;
    case PTHREAD_MUTEX_ERRORCHECK_NP:
      return LockType::kErrorCheck;
    default:
      return LockType::kNormal;
  }
}

int lock(Thread& t, pthread_mutex_t* m, Mode mode, u64 deadline, u64 pc) {
  if ((m->__data.__kind & kRobustBit) && !objects::find(address_of(m), ObjectKind::kMutex)) {
    sync::mutex_init(t, address_of(m), type_of(m), true, pc);
  }
  sync::mutex_mirror(address_of(m), &m->__data.__owner);
  return sync::mutex_lock(t, address_of(m), type_of(m), mode, deadline, pc);
}

bool prefers_writers(const pthread_rwlock_t* l) {
  return l->__data.__flags == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP;
}

// A condition variable's clock, from its attributes: kept in its memory's flag bits by glibc.
clockid_t clock_of(const pthread_cond_t* c) { return (c->__data.__wrefs & 2) ? CLOCK_MONOTONIC : CLOCK_REALTIME; }

}  // namespace
}  // namespace lockstep::runtime

using namespace lockstep::runtime;

// ---- mutexes ----

LOCKSTEP_EXPORT int pthread_mutex_init(pthread_mutex_t* m, const pthread_mutexattr_t* a) {
  int result = LOCKSTEP_REAL(pthread_mutex_init)(m, a);
  LOCKSTEP_HOOK(result);
  if (result == 0) sync::mutex_init(t, address_of(m), type_of(m), m->__data.__kind & kRobustBit, pc);
  return result;
}
LOCKSTEP_EXPORT int pthread_mutex_destroy(pthread_mutex_t* m) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_mutex_destroy)(m));
  sync::mutex_mirror(address_of(m), &m->__data.__owner);
  return sync::mutex_destroy(t, address_of(m), pc);
}
LOCKSTEP_IMPLEMENTATION int lockstep_impl_pthread_mutex_lock(pthread_mutex_t* m) {
  LOCKSTEP_STUB_HOOK(LOCKSTEP_REAL(pthread_mutex_lock)(m));
  return lock(t, m, Mode::kBlock, kNever, pc);
}
LOCKSTEP_IMPLEMENTATION int lockstep_impl_pthread_mutex_trylock(pthread_mutex_t* m) {
  LOCKSTEP_STUB_HOOK(LOCKSTEP_REAL(pthread_mutex_trylock)(m));
  return lock(t, m, Mode::kTry, kNever, pc);
}
LOCKSTEP_IMPLEMENTATION int lockstep_impl_pthread_mutex_timedlock(pthread_mutex_t* m, const timespec* when) {
  LOCKSTEP_STUB_HOOK(LOCKSTEP_REAL(pthread_mutex_timedlock)(m, when));
  if (!clocks::valid(when)) return EINVAL;
  return lock(t, m, Mode::kTimed, clocks::deadline(CLOCK_REALTIME, *when), pc);
}
LOCKSTEP_IMPLEMENTATION int lockstep_impl_pthread_mutex_clocklock(pthread_mutex_t* m, clockid_t clock,
                                                                  const timespec* when) {
  LOCKSTEP_STUB_HOOK(LOCKSTEP_REAL(pthread_mutex_clocklock)(m, clock, when));
  if (!clocks::valid(when)) return EINVAL;
  return lock(t, m, Mode::kTimed, clocks::deadline(clock, *when), pc);
}
LOCKSTEP_EXPORT int pthread_mutex_unlock(pthread_mutex_t* m) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_mutex_unlock)(m));
  sync::mutex_mirror(address_of(m), &m->__data.__owner);
  return sync::mutex_unlock(t, address_of(m), type_of(m), pc);
}
LOCKSTEP_EXPORT int pthread_mutex_consistent(pthread_mutex_t* m) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_mutex_consistent)(m));
  return sync::mutex_consistent(t, address_of(m));
}

// ---- condition variables ----

LOCKSTEP_EXPORT int pthread_cond_init(pthread_cond_t* c, const pthread_condattr_t* a) {
  int result = LOCKSTEP_REAL(pthread_cond_init)(c, a);
  LOCKSTEP_HOOK(result);
  if (Object* old = objects::find(address_of(c), ObjectKind::kCondition)) objects::drop(*old);
  return result;
}
LOCKSTEP_EXPORT int pthread_cond_destroy(pthread_cond_t* c) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_cond_destroy)(c));
  return sync::condition_destroy(t, address_of(c), pc);
}
LOCKSTEP_EXPORT int pthread_cond_wait(pthread_cond_t* c, pthread_mutex_t* m) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_cond_wait)(c, m));
  return sync::condition_wait(t, address_of(c), address_of(m), Mode::kBlock, kNever, pc);
}
LOCKSTEP_EXPORT int pthread_cond_timedwait(pthread_cond_t* c, pthread_mutex_t* m, const timespec* when) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_cond_timedwait)(c, m, when));
  if (!clocks::valid(when)) return EINVAL;
  return sync::condition_wait(t, address_of(c), address_of(m), Mode::kTimed, clocks::deadline(clock_of(c), *when), pc);
}
LOCKSTEP_EXPORT int pthread_cond_clockwait(pthread_cond_t* c, pthread_mutex_t* m, clockid_t clock,
                                           const timespec* when) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_cond_clockwait)(c, m, clock, when));
  if (!clocks::valid(when)) return EINVAL;
  return sync::condition_wait(t, address_of(c), address_of(m), Mode::kTimed, clocks::deadline(clock, *when), pc);
}
LOCKSTEP_EXPORT int pthread_cond_signal(pthread_cond_t* c) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_cond_signal)(c));
  sync::condition_notify(t, address_of(c), false, pc);
  return 0;
}
LOCKSTEP_EXPORT int pthread_cond_broadcast(pthread_cond_t* c) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_cond_broadcast)(c));
  sync::condition_notify(t, address_of(c), true, pc);
  return 0;
}

// ---- reader-writer locks ----

LOCKSTEP_EXPORT int pthread_rwlock_init(pthread_rwlock_t* l, const pthread_rwlockattr_t* a) {
  int result = LOCKSTEP_REAL(pthread_rwlock_init)(l, a);
  LOCKSTEP_HOOK(result);
  return sync::rwlock_init(t, address_of(l), prefers_writers(l), pc);
}
LOCKSTEP_EXPORT int pthread_rwlock_destroy(pthread_rwlock_t* l) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_rwlock_destroy)(l));
  return sync::rwlock_destroy(t, address_of(l), pc);
}
#define RWLOCK(name, write)                                                                                        \
  LOCKSTEP_EXPORT int pthread_rwlock_##name##lock(pthread_rwlock_t* l) {                                           \
    LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_rwlock_##name##lock)(l));                                                  \
    return sync::rwlock_lock(t, address_of(l), write, Mode::kBlock, kNever, prefers_writers(l), pc);               \
  }                                                                                                                \
  LOCKSTEP_IMPLEMENTATION int lockstep_impl_pthread_rwlock_try##name##lock(pthread_rwlock_t* l) {                  \
    LOCKSTEP_STUB_HOOK(LOCKSTEP_REAL(pthread_rwlock_try##name##lock)(l));                                          \
    return sync::rwlock_lock(t, address_of(l), write, Mode::kTry, kNever, prefers_writers(l), pc);                 \
  }                                                                                                                \
  LOCKSTEP_IMPLEMENTATION int lockstep_impl_pthread_rwlock_timed##name##lock(pthread_rwlock_t* l,                  \
                                                                             const timespec* when) {               \
    LOCKSTEP_STUB_HOOK(LOCKSTEP_REAL(pthread_rwlock_timed##name##lock)(l, when));                                  \
    if (!clocks::valid(when)) return EINVAL;                                                                       \
    return sync::rwlock_lock(t, address_of(l), write, Mode::kTimed, clocks::deadline(CLOCK_REALTIME, *when),       \
                             prefers_writers(l), pc);                                                              \
  }                                                                                                                \
  LOCKSTEP_IMPLEMENTATION int lockstep_impl_pthread_rwlock_clock##name##lock(pthread_rwlock_t* l, clockid_t clock, \
                                                                             const timespec* when) {               \
    LOCKSTEP_STUB_HOOK(LOCKSTEP_REAL(pthread_rwlock_clock##name##lock)(l, clock, when));                           \
    if (!clocks::valid(when)) return EINVAL;                                                                       \
    return sync::rwlock_lock(t, address_of(l), write, Mode::kTimed, clocks::deadline(clock, *when),                \
                             prefers_writers(l), pc);                                                              \
  }
RWLOCK(rd, false)
RWLOCK(wr, true)
LOCKSTEP_EXPORT int pthread_rwlock_unlock(pthread_rwlock_t* l) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_rwlock_unlock)(l));
  return sync::rwlock_unlock(t, address_of(l), pc);
}

// ---- spin locks ----

LOCKSTEP_EXPORT int pthread_spin_init(pthread_spinlock_t* l, int shared) {
  int result = LOCKSTEP_REAL(pthread_spin_init)(l, shared);
  LOCKSTEP_HOOK(result);
  return sync::mutex_init(t, address_of(l), LockType::kSpin, false, pc);
}
LOCKSTEP_EXPORT int pthread_spin_destroy(pthread_spinlock_t* l) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_spin_destroy)(l));
  return sync::mutex_destroy(t, address_of(l), pc);
}
LOCKSTEP_EXPORT int pthread_spin_lock(pthread_spinlock_t* l) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_spin_lock)(l));
  return sync::mutex_lock(t, address_of(l), LockType::kSpin, Mode::kBlock, kNever, pc);
}
LOCKSTEP_IMPLEMENTATION int lockstep_impl_pthread_spin_trylock(pthread_spinlock_t* l) {
  LOCKSTEP_STUB_HOOK(LOCKSTEP_REAL(pthread_spin_trylock)(l));
  return sync::mutex_lock(t, address_of(l), LockType::kSpin, Mode::kTry, kNever, pc);
}
LOCKSTEP_EXPORT int pthread_spin_unlock(pthread_spinlock_t* l) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_spin_unlock)(l));
  return sync::mutex_unlock(t, address_of(l), LockType::kSpin, pc);
}

// ---- barriers ----

LOCKSTEP_EXPORT int pthread_barrier_init(pthread_barrier_t* b, const pthread_barrierattr_t* a, unsigned count) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_barrier_init)(b, a, count));
  return sync::barrier_init(t, address_of(b), count);
}
LOCKSTEP_EXPORT int pthread_barrier_wait(pthread_barrier_t* b) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_barrier_wait)(b));
  return sync::barrier_wait(t, address_of(b), pc);
}
LOCKSTEP_EXPORT int pthread_barrier_destroy(pthread_barrier_t* b) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_barrier_destroy)(b));
  return sync::barrier_destroy(t, address_of(b), pc);
}
