// POSIX semaphores (sem_t). Named ones (sem_open) belong to other processes too and are not supported.
#include <errno.h>
#include <semaphore.h>

#include "hooks/clocks.h"
#include "hooks/hook.h"
#include "program/sync.h"

using namespace lockstep::runtime;
using sync::Mode;

namespace {
// POSIX semaphores answer with -1 and errno.
int answer(int error) {
  if (error == 0) return 0;
  errno = error;
  return -1;
}
}  // namespace

LOCKSTEP_EXPORT int sem_init(sem_t* s, int shared, unsigned value) {
  int result = LOCKSTEP_REAL(sem_init)(s, shared, value);
  LOCKSTEP_HOOK(result);
  if (result == 0) sync::semaphore_init(t, address_of(s), value);
  return result;
}
LOCKSTEP_EXPORT int sem_destroy(sem_t* s) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(sem_destroy)(s));
  sync::semaphore_destroy(t, address_of(s));
  return 0;
}
LOCKSTEP_EXPORT int sem_wait(sem_t* s) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(sem_wait)(s));
  return answer(sync::semaphore_wait(t, address_of(s), Mode::kBlock, kNever, pc));
}
LOCKSTEP_IMPLEMENTATION int lockstep_impl_sem_trywait(sem_t* s) {
  LOCKSTEP_STUB_HOOK(LOCKSTEP_REAL(sem_trywait)(s));
  return answer(sync::semaphore_wait(t, address_of(s), Mode::kTry, kNever, pc));
}
LOCKSTEP_IMPLEMENTATION int lockstep_impl_sem_timedwait(sem_t* s, const timespec* when) {
  LOCKSTEP_STUB_HOOK(LOCKSTEP_REAL(sem_timedwait)(s, when));
  if (!clocks::valid(when)) return answer(EINVAL);
  return answer(sync::semaphore_wait(t, address_of(s), Mode::kTimed, clocks::deadline(CLOCK_REALTIME, *when), pc));
}
LOCKSTEP_IMPLEMENTATION int lockstep_impl_sem_clockwait(sem_t* s, clockid_t clock, const timespec* when) {
  LOCKSTEP_STUB_HOOK(LOCKSTEP_REAL(sem_clockwait)(s, clock, when));
  if (!clocks::valid(when)) return answer(EINVAL);
  return answer(sync::semaphore_wait(t, address_of(s), Mode::kTimed, clocks::deadline(clock, *when), pc));
}
LOCKSTEP_EXPORT int sem_post(sem_t* s) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(sem_post)(s));
  return answer(sync::semaphore_post(t, address_of(s), pc));
}
LOCKSTEP_EXPORT int sem_getvalue(sem_t* s, int* value) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(sem_getvalue)(s, value));
  *value = static_cast<int>(sync::semaphore_value(t, address_of(s)));
  return 0;
}
