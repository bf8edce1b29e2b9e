// pthread threads, keys, names.
#include <errno.h>
#include <pthread.h>

#include "hooks/clocks.h"
#include "hooks/hook.h"
#include "hooks/threads.h"
#include "program/lifecycle.h"
#include "program/sync.h"
#include "record/recorder.h"

using namespace lockstep::runtime;

LOCKSTEP_EXPORT int pthread_create(pthread_t* handle, const pthread_attr_t* a, void* (*start)(void*), void* argument) {
  LOCKSTEP_HOOK(real().pthread_create(handle, a, start, argument));
  int state = PTHREAD_CREATE_JOINABLE;
  if (a) pthread_attr_getdetachstate(a, &state);
  return threads::create(t, handle, start, argument, state == PTHREAD_CREATE_DETACHED, pc);
}
LOCKSTEP_EXPORT int pthread_join(pthread_t handle, void** result) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_join)(handle, result));
  return threads::join(t, handle, result, false, kNever, false, pc);
}
LOCKSTEP_IMPLEMENTATION int lockstep_impl_pthread_tryjoin_np(pthread_t handle, void** result) {
  LOCKSTEP_STUB_HOOK(LOCKSTEP_REAL(pthread_tryjoin_np)(handle, result));
  return threads::join(t, handle, result, false, kNever, true, pc);
}
LOCKSTEP_IMPLEMENTATION int lockstep_impl_pthread_timedjoin_np(pthread_t handle, void** result, const timespec* when) {
  LOCKSTEP_STUB_HOOK(LOCKSTEP_REAL(pthread_timedjoin_np)(handle, result, when));
  if (!when) return threads::join(t, handle, result, false, kNever, false, pc);
  return threads::join(t, handle, result, true, clocks::deadline(CLOCK_REALTIME, *when), false, pc);
}
LOCKSTEP_IMPLEMENTATION int lockstep_impl_pthread_clockjoin_np(pthread_t handle, void** result, clockid_t clock,
                                                               const timespec* when) {
  LOCKSTEP_STUB_HOOK(LOCKSTEP_REAL(pthread_clockjoin_np)(handle, result, clock, when));
  if (!when) return threads::join(t, handle, result, false, kNever, false, pc);
  return threads::join(t, handle, result, true, clocks::deadline(clock, *when), false, pc);
}
LOCKSTEP_EXPORT int pthread_detach(pthread_t handle) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_detach)(handle));
  return threads::detach(t, handle);
}
LOCKSTEP_EXPORT void pthread_exit(void* result) {
  Thread* t = running;
  if (t) threads::exit_thread(*t, result);
  LOCKSTEP_REAL(pthread_exit)(result);
  __builtin_unreachable();
}

LOCKSTEP_EXPORT int pthread_setname_np(pthread_t handle, const char* name) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_setname_np)(handle, name));
  if (length(name) > 15) return ERANGE;
  if (Thread* other = program.find_thread(handle)) copy_text(other->name, sizeof other->name, name);
  return 0;
}
LOCKSTEP_EXPORT int pthread_getname_np(pthread_t handle, char* name, std::size_t n) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_getname_np)(handle, name, n));
  Thread* other = program.find_thread(handle);
  if (!other) return ESRCH;
  if (length(other->name) >= n) return ERANGE;
  copy_text(name, n, other->name);
  return 0;
}
LOCKSTEP_EXPORT int pthread_getattr_np(pthread_t handle, pthread_attr_t* a) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_getattr_np)(handle, a));
  Thread* other = program.find_thread(handle);
  if (!other) return ESRCH;
  pthread_attr_init(a);
  return pthread_attr_setstack(a, reinterpret_cast<void*>(other->stack_low), other->stack_high - other->stack_low);
}

LOCKSTEP_EXPORT int pthread_key_create(pthread_key_t* key, void (*destructor)(void*)) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_key_create)(key, destructor));
  return keys::create(t, key, destructor);
}
LOCKSTEP_EXPORT int pthread_key_delete(pthread_key_t key) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_key_delete)(key));
  if (key < keys::kFirst) return LOCKSTEP_REAL(pthread_key_delete)(key);
  return keys::remove(t, key);
}
LOCKSTEP_EXPORT void* pthread_getspecific(pthread_key_t key) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_getspecific)(key));
  if (key < keys::kFirst) return LOCKSTEP_REAL(pthread_getspecific)(key);
  return keys::get(t, key);
}
LOCKSTEP_EXPORT int pthread_setspecific(pthread_key_t key, const void* value) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(pthread_setspecific)(key, value));
  if (key < keys::kFirst) return LOCKSTEP_REAL(pthread_setspecific)(key, value);
  return keys::set(t, key, value);
}
