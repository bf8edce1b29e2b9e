// ThreadSanitizer's public annotations: code that explains its own synchronisation to TSan (Abseil, Folly) is
// understood here too.
#include "detect/race.h"
#include "hooks/hook.h"
#include "program/sync.h"

using namespace lockstep::runtime;

namespace {
void acquire(volatile void* p) {
  LOCKSTEP_HOOK(static_cast<void>(0));
  sync::acquire(t, address_of(p), true);
}
void release(volatile void* p) {
  LOCKSTEP_HOOK(static_cast<void>(0));
  sync::release(t, address_of(p), true);
}
void ignore(bool on) {
  if (running) running->ignore_accesses = on;
}
}  // namespace

LOCKSTEP_EXPORT void __tsan_acquire(void* p) { acquire(p); }
LOCKSTEP_EXPORT void __tsan_release(void* p) { release(p); }

// Custom mutexes. What they are made of (atomics, futexes) is explored as it is; the annotation adds the order.
LOCKSTEP_EXPORT void __tsan_mutex_create(void*, unsigned) {}
LOCKSTEP_EXPORT void __tsan_mutex_destroy(void*, unsigned) {}
LOCKSTEP_EXPORT void __tsan_mutex_pre_lock(void*, unsigned) {}
LOCKSTEP_EXPORT void __tsan_mutex_post_lock(void* p, unsigned flags, int) {
  constexpr unsigned kTryLockFailed = 1u << 5;
  if (!(flags & kTryLockFailed)) acquire(p);
}
LOCKSTEP_EXPORT int __tsan_mutex_pre_unlock(void* p, unsigned) {
  release(p);
  return 0;
}
LOCKSTEP_EXPORT void __tsan_mutex_post_unlock(void*, unsigned) {}
LOCKSTEP_EXPORT void __tsan_mutex_pre_signal(void*, unsigned) {}
LOCKSTEP_EXPORT void __tsan_mutex_post_signal(void*, unsigned) {}
LOCKSTEP_EXPORT void __tsan_mutex_pre_divert(void*, unsigned) {}
LOCKSTEP_EXPORT void __tsan_mutex_post_divert(void*, unsigned) {}

#define ANNOTATION(name, ...) LOCKSTEP_EXPORT void name(const char*, int __VA_OPT__(, ) __VA_ARGS__)
ANNOTATION(AnnotateHappensBefore, volatile void* p) { release(p); }
ANNOTATION(AnnotateHappensAfter, volatile void* p) { acquire(p); }
ANNOTATION(WTFAnnotateHappensBefore, volatile void* p) { release(p); }
ANNOTATION(WTFAnnotateHappensAfter, volatile void* p) { acquire(p); }
ANNOTATION(AnnotateCondVarSignal, volatile void* p) { release(p); }
ANNOTATION(AnnotateCondVarSignalAll, volatile void* p) { release(p); }
ANNOTATION(AnnotateCondVarWait, volatile void* p, volatile void*) { acquire(p); }
ANNOTATION(AnnotateRWLockAcquired, volatile void* p, long) { acquire(p); }
ANNOTATION(AnnotateRWLockReleased, volatile void* p, long) { release(p); }
ANNOTATION(AnnotateRWLockCreate, volatile void*) {}
ANNOTATION(AnnotateRWLockCreateStatic, volatile void*) {}
ANNOTATION(AnnotateRWLockDestroy, volatile void*) {}
ANNOTATION(AnnotateIgnoreReadsBegin) { ignore(true); }
ANNOTATION(AnnotateIgnoreReadsEnd) { ignore(false); }
ANNOTATION(AnnotateIgnoreWritesBegin) { ignore(true); }
ANNOTATION(AnnotateIgnoreWritesEnd) { ignore(false); }
ANNOTATION(AnnotateIgnoreSyncBegin) {}
ANNOTATION(AnnotateIgnoreSyncEnd) {}
ANNOTATION(AnnotateBenignRaceSized, volatile void* p, long size, const char*) {
  race::benign(address_of(p), static_cast<u64>(size));
}
ANNOTATION(AnnotateBenignRace, volatile void* p, const char*) { race::benign(address_of(p), 1); }
ANNOTATION(WTFAnnotateBenignRaceSized, volatile void* p, long size, const char*) {
  race::benign(address_of(p), static_cast<u64>(size));
}
ANNOTATION(AnnotateThreadName, const char* name) {
  if (running) copy_text(running->name, sizeof running->name, name);
}
ANNOTATION(AnnotateNewMemory, volatile void*, long) {}
ANNOTATION(AnnotateFlushState) {}
ANNOTATION(AnnotateFlushExpectedRaces) {}
ANNOTATION(AnnotateEnableRaceDetection, int) {}
ANNOTATION(AnnotateMutexIsUsedAsCondVar, volatile void*) {}
ANNOTATION(AnnotateMutexIsNotPHB, volatile void*) {}
ANNOTATION(AnnotatePCQGet, volatile void* p) { acquire(p); }
ANNOTATION(AnnotatePCQPut, volatile void* p) { release(p); }
ANNOTATION(AnnotatePCQCreate, volatile void*) {}
ANNOTATION(AnnotatePCQDestroy, volatile void*) {}
ANNOTATION(AnnotateExpectRace, volatile void* p, const char*) { race::benign(address_of(p), 1); }
ANNOTATION(AnnotateTraceMemory, volatile void*) {}
ANNOTATION(AnnotateNoOp, volatile void*) {}
ANNOTATION(AnnotatePublishMemoryRange, volatile void*, long) {}
ANNOTATION(AnnotateUnpublishMemoryRange, volatile void*, long) {}
ANNOTATION(AnnotateMemoryIsInitialized, volatile void*, long) {}
ANNOTATION(AnnotateMemoryIsUninitialized, volatile void*, long) {}
LOCKSTEP_EXPORT int RunningOnValgrind() { return 0; }
LOCKSTEP_EXPORT double ValgrindSlowdown() { return 10; }
LOCKSTEP_EXPORT const char* ThreadSanitizerQuery(const char* query) {
  return same_text(query, "pure_happens_before") ? "1" : "0";
}
