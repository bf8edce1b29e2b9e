// C11 <threads.h>. glibc's types have the memory layout of the pthread ones.
#include <errno.h>
#include <pthread.h>
#include <threads.h>

#include "hooks/clocks.h"
#include "hooks/hook.h"
#include "hooks/threads.h"
#include "program/lifecycle.h"
#include "program/sync.h"

using namespace lockstep::runtime;
using lockstep::protocol::LockType;
using sync::Mode;

namespace {

int c11(int error) {
  switch (error) {
    case 0:
      return thrd_success;
    case EBUSY:
      return thrd_busy;
    case ETIMEDOUT:
      return thrd_timedout;
    case ENOMEM:
      return thrd_nomem;
    default:
      return thrd_error;
  }
}

LockType type_of(mtx_t* m) {
  int kind = reinterpret_cast<pthread_mutex_t*>(m)->__data.__kind & 3;
  return kind == PTHREAD_MUTEX_RECURSIVE_NP ? LockType::kRecursive : LockType::kNormal;
}

int lock(Thread& t, mtx_t* m, Mode mode, u64 deadline, u64 pc) {
  sync::mutex_mirror(address_of(m), &reinterpret_cast<pthread_mutex_t*>(m)->__data.__owner);
  return c11(sync::mutex_lock(t, address_of(m), type_of(m), mode, deadline, pc));
}

}  // namespace

LOCKSTEP_EXPORT int thrd_create(thrd_t* handle, thrd_start_t start, void* argument) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(thrd_create)(handle, start, argument));
  u64 made = 0;
  // The int that a C11 start routine returns arrives in the same register as a pointer would.
  int error = threads::create(t, &made, reinterpret_cast<void* (*)(void*)>(reinterpret_cast<void*>(start)), argument,
                              false, pc);
  if (error == 0) *handle = made;
  return c11(error);
}
LOCKSTEP_EXPORT int thrd_join(thrd_t handle, int* result) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(thrd_join)(handle, result));
  void* value = nullptr;
  int error = threads::join(t, handle, &value, false, kNever, false, pc);
  if (error == 0 && result) *result = static_cast<int>(reinterpret_cast<i64>(value));
  return c11(error);
}
LOCKSTEP_EXPORT int thrd_detach(thrd_t handle) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(thrd_detach)(handle));
  return c11(threads::detach(t, handle));
}
LOCKSTEP_EXPORT __attribute__((noreturn)) void thrd_exit(int result) {
  if (Thread* t = running) threads::exit_thread(*t, reinterpret_cast<void*>(static_cast<i64>(result)));
  LOCKSTEP_REAL(thrd_exit)(result);
  __builtin_unreachable();
}
LOCKSTEP_EXPORT void thrd_yield() {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(thrd_yield)());
  sync::yield(t, pc);
}
LOCKSTEP_EXPORT int thrd_sleep(const timespec* length, timespec* left) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(thrd_sleep)(length, left));
  if (!clocks::valid(length)) return -2;
  sync::sleep_until(t, program.now() + clocks::nanoseconds(*length), pc);
  return 0;
}

LOCKSTEP_EXPORT int mtx_init(mtx_t* m, int type) {
  int result = LOCKSTEP_REAL(mtx_init)(m, type);
  LOCKSTEP_HOOK(result);
  if (result == thrd_success) sync::mutex_init(t, address_of(m), type_of(m), false, pc);
  return result;
}
LOCKSTEP_EXPORT void mtx_destroy(mtx_t* m) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(mtx_destroy)(m));
  sync::mutex_destroy(t, address_of(m), pc);
}
LOCKSTEP_EXPORT int mtx_lock(mtx_t* m) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(mtx_lock)(m));
  return lock(t, m, Mode::kBlock, kNever, pc);
}
LOCKSTEP_IMPLEMENTATION int lockstep_impl_mtx_trylock(mtx_t* m) {
  LOCKSTEP_STUB_HOOK(LOCKSTEP_REAL(mtx_trylock)(m));
  return lock(t, m, Mode::kTry, kNever, pc);
}
LOCKSTEP_IMPLEMENTATION int lockstep_impl_mtx_timedlock(mtx_t* m, const timespec* when) {
  LOCKSTEP_STUB_HOOK(LOCKSTEP_REAL(mtx_timedlock)(m, when));
  if (!clocks::valid(when)) return thrd_error;
  u64 deadline = clocks::deadline(CLOCK_REALTIME, *when);
  return lock(t, m, Mode::kTimed, deadline, pc);
}
LOCKSTEP_EXPORT int mtx_unlock(mtx_t* m) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(mtx_unlock)(m));
  return c11(sync::mutex_unlock(t, address_of(m), type_of(m), pc));
}

LOCKSTEP_EXPORT int cnd_init(cnd_t* c) {
  int result = LOCKSTEP_REAL(cnd_init)(c);
  LOCKSTEP_HOOK(result);
  if (Object* old = objects::find(address_of(c), ObjectKind::kCondition)) objects::drop(*old);
  return result;
}
LOCKSTEP_EXPORT void cnd_destroy(cnd_t* c) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(cnd_destroy)(c));
  sync::condition_destroy(t, address_of(c), pc);
}
LOCKSTEP_EXPORT int cnd_wait(cnd_t* c, mtx_t* m) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(cnd_wait)(c, m));
  return c11(sync::condition_wait(t, address_of(c), address_of(m), Mode::kBlock, kNever, pc));
}
LOCKSTEP_EXPORT int cnd_timedwait(cnd_t* c, mtx_t* m, const timespec* when) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(cnd_timedwait)(c, m, when));
  if (!clocks::valid(when)) return thrd_error;
  u64 deadline = clocks::deadline(CLOCK_REALTIME, *when);
  return c11(sync::condition_wait(t, address_of(c), address_of(m), Mode::kTimed, deadline, pc));
}
LOCKSTEP_EXPORT int cnd_signal(cnd_t* c) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(cnd_signal)(c));
  sync::condition_notify(t, address_of(c), false, pc);
  return thrd_success;
}
LOCKSTEP_EXPORT int cnd_broadcast(cnd_t* c) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(cnd_broadcast)(c));
  sync::condition_notify(t, address_of(c), true, pc);
  return thrd_success;
}

LOCKSTEP_EXPORT int tss_create(tss_t* key, tss_dtor_t destructor) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(tss_create)(key, destructor));
  return c11(keys::create(t, key, destructor));
}
LOCKSTEP_EXPORT void tss_delete(tss_t key) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(tss_delete)(key));
  if (key >= keys::kFirst) keys::remove(t, key);
}
LOCKSTEP_EXPORT void* tss_get(tss_t key) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(tss_get)(key));
  return key < keys::kFirst ? LOCKSTEP_REAL(tss_get)(key) : keys::get(t, key);
}
LOCKSTEP_EXPORT int tss_set(tss_t key, void* value) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(tss_set)(key, value));
  return key < keys::kFirst ? LOCKSTEP_REAL(tss_set)(key, value) : c11(keys::set(t, key, value));
}
