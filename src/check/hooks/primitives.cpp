// The primitives of lockstep::sync, which tell the checker what they are (lockstep/sync/watched.h).
#include <errno.h>

#include "hooks/clocks.h"
#include "hooks/hook.h"
#include "lockstep/sync/watched.h"
#include "program/sync.h"

using namespace lockstep::runtime;
using How = lockstep::sync::internal::watched;
using sync::Mode;

namespace {

Mode mode_of(unsigned how, const timespec* until) {
  return how & How::kTry ? Mode::kTry : until ? Mode::kTimed : Mode::kBlock;
}
u64 deadline_of(clockid_t clock, const timespec* until) { return until ? clocks::deadline(clock, *until) : kNever; }

void make_semaphore(Thread& t, const void* semaphore, u32 permits) {
  if (!objects::find(address_of(semaphore), ObjectKind::kSemaphore)) {
    sync::semaphore_init(t, address_of(semaphore), permits);
  }
}

bool waited_for(const Object& o) {
  for (u32 i = 0; i < program.thread_count(); ++i) {
    const Thread& t = program.thread(i);
    if (t.state == ThreadState::kRunnable && t.waits_for == &o) return true;
  }
  return false;
}

}  // namespace

// Outside of an execution (in the destructors that run after it, say) there is one thread: nothing to wait for.

LOCKSTEP_IMPLEMENTATION int lockstep_impl_lockstep_runtime_lock(const void* lock, unsigned how, clockid_t clock,
                                                                const timespec* until) {
  LOCKSTEP_STUB_HOOK(0);
  const Mode mode = mode_of(how, until);
  const u64 address = address_of(lock);
  if (how & (How::kReader | How::kWriter)) {
    return sync::rwlock_lock(t, address, how & How::kWriter, mode, deadline_of(clock, until), how & How::kWritersFirst,
                             pc);
  }
  int error = sync::mutex_lock(t, address, lockstep::protocol::LockType::kNormal, mode, deadline_of(clock, until), pc);
  if (error == 0 && how & How::kCoroutine) sync::mutex_disown(t, address);
  return error;
}
LOCKSTEP_EXPORT void lockstep_runtime_unlock(const void* lock, unsigned how) {
  LOCKSTEP_HOOK(static_cast<void>(0));
  if (how & (How::kReader | How::kWriter)) {
    sync::rwlock_unlock(t, address_of(lock), pc);
  } else if (how & How::kCoroutine) {
    sync::mutex_unlock_disowned(t, address_of(lock), pc);
  } else {
    sync::mutex_unlock(t, address_of(lock), lockstep::protocol::LockType::kNormal, pc);
  }
}
LOCKSTEP_EXPORT int lockstep_runtime_holds(const void* lock) {
  LOCKSTEP_HOOK(0);
  // Only the thread itself changes that, so it is no event.
  const Object* m = objects::find(address_of(lock), ObjectKind::kMutex);
  return m && m->owner == &t;
}
LOCKSTEP_EXPORT u32 lockstep_runtime_holder(const void* lock) {
  LOCKSTEP_HOOK(0);
  return sync::mutex_holder(t, address_of(lock));
}

LOCKSTEP_EXPORT int lockstep_runtime_wait(const void* condition, const void* mutex, clockid_t clock,
                                          const timespec* until) {
  LOCKSTEP_HOOK(0);
  return sync::condition_wait(t, address_of(condition), address_of(mutex), until ? Mode::kTimed : Mode::kBlock,
                              deadline_of(clock, until), pc);
}
LOCKSTEP_EXPORT u32 lockstep_runtime_notify(const void* condition, int all) {
  LOCKSTEP_HOOK(0);
  return sync::condition_notify(t, address_of(condition), all, pc);
}

LOCKSTEP_IMPLEMENTATION int lockstep_impl_lockstep_runtime_acquire(const void* semaphore, u32 permits, unsigned how,
                                                                   clockid_t clock, const timespec* until) {
  LOCKSTEP_STUB_HOOK(0);
  make_semaphore(t, semaphore, permits);
  int error = sync::semaphore_wait(t, address_of(semaphore), mode_of(how, until), deadline_of(clock, until), pc);
  return error == EAGAIN ? EBUSY : error;
}
LOCKSTEP_EXPORT int lockstep_runtime_release(const void* semaphore, u32 permits, u32 n, u32 most) {
  LOCKSTEP_HOOK(0);
  make_semaphore(t, semaphore, permits);
  return sync::semaphore_post(t, address_of(semaphore), pc, n, most);
}
LOCKSTEP_EXPORT u32 lockstep_runtime_permits(const void* semaphore, u32 permits) {
  LOCKSTEP_HOOK(permits);
  make_semaphore(t, semaphore, permits);
  return sync::semaphore_value(t, address_of(semaphore));
}

LOCKSTEP_EXPORT int lockstep_runtime_end(const void* object) {
  LOCKSTEP_HOOK(0);
  const u64 address = address_of(object);
  sync::mutex_destroy(t, address, pc);
  sync::rwlock_destroy(t, address, pc);
  sync::condition_destroy(t, address, pc);
  if (const Object* s = objects::find(address, ObjectKind::kSemaphore)) {
    if (waited_for(*s)) return EBUSY;
    sync::semaphore_destroy(t, address);
  }
  return 0;
}
