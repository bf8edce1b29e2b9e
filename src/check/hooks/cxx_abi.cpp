// What the C++ runtime synchronises inside libstdc++, which is not instrumented: once flags, function-local statics,
// reference counts of exceptions, random_device.
#include <stdlib.h>

#include "hooks/hook.h"
#include "hooks/once.h"
#include "program/atomics.h"
#include "program/sync.h"

using namespace lockstep::runtime;

extern "C" void* lockstep_real(const char* name) { return real_symbol(name); }

extern "C" int lockstep_once_begin(void* once, void* caller) {
  LOCKSTEP_HOOK(-1);
  return sync::once_begin(t, address_of(once), address_of(caller));
}
extern "C" void lockstep_once_end(void* once, void* caller, int done) {
  LOCKSTEP_HOOK(static_cast<void>(0));
  (done ? sync::once_done : sync::once_failed)(t, address_of(once), address_of(caller));
}

// ---- function-local statics (Itanium C++ ABI, 3.3.3): byte 0 of the guard says "done" ----

LOCKSTEP_EXPORT int __cxa_guard_acquire(u64* guard) {
  using Function = int (*)(u64*);
  LOCKSTEP_HOOK(reinterpret_cast<Function>(real_symbol("__cxa_guard_acquire"))(guard));
  if (*reinterpret_cast<volatile u8*>(guard)) {
    // Done before the first execution, by a library.
    if (!objects::find(address_of(guard), ObjectKind::kOnce)) return 0;
  }
  return sync::once_begin(t, address_of(guard), pc);
}
LOCKSTEP_EXPORT void __cxa_guard_release(u64* guard) {
  using Function = void (*)(u64*);
  LOCKSTEP_HOOK(reinterpret_cast<Function>(real_symbol("__cxa_guard_release"))(guard));
  // The program reads the byte with an acquire load before it calls __cxa_guard_acquire.
  atomics::store(t, address_of(guard), 1, {1, 0}, Order::kRelease, pc);
  sync::once_done(t, address_of(guard), pc);
}
LOCKSTEP_EXPORT void __cxa_guard_abort(u64* guard) {
  using Function = void (*)(u64*);
  LOCKSTEP_HOOK(reinterpret_cast<Function>(real_symbol("__cxa_guard_abort"))(guard));
  sync::once_failed(t, address_of(guard), pc);
}

// ---- exception_ptr: its reference count orders what the threads do with the exception before it is destroyed ----

namespace {
void count_reference(void* self) {
  Thread* t = running;
  if (!t) return;
  Inside inside(t, LOCKSTEP_CALLER);
  u64 object = *static_cast<u64*>(self);  // exception_ptr::_M_exception_object
  if (!object) return;
  sync::release(*t, object, false);
  sync::acquire(*t, object, false);
}
}  // namespace

LOCKSTEP_EXPORT void _ZNSt15__exception_ptr13exception_ptr9_M_addrefEv(void* self) {
  count_reference(self);
  static void (*next)(void*);
  if (!next) next = reinterpret_cast<void (*)(void*)>(real_symbol("_ZNSt15__exception_ptr13exception_ptr9_M_addrefEv"));
  next(self);
}
LOCKSTEP_EXPORT void _ZNSt15__exception_ptr13exception_ptr10_M_releaseEv(void* self) {
  count_reference(self);
  static void (*next)(void*);
  if (!next)
    next = reinterpret_cast<void (*)(void*)>(real_symbol("_ZNSt15__exception_ptr13exception_ptr10_M_releaseEv"));
  next(self);
}
// A rethrown exception is released by the end of its handler.
LOCKSTEP_EXPORT void __cxa_end_catch() {
  static void** (*globals)();
  static void (*next)();
  if (!next) {
    globals = reinterpret_cast<void** (*)()>(real_symbol("__cxa_get_globals"));
    next = reinterpret_cast<void (*)()>(real_symbol("__cxa_end_catch"));
  }
  if (running && globals) {
    u8* header = static_cast<u8*>(globals()[0]);
    // The last byte of the unwind header's class tells a dependent exception (\1) from a primary one (\0).
    if (header) {
      constexpr std::size_t kUnwindHeader = 80, kHeaderBytes = 112;
      u64 object = *(header + kUnwindHeader) == 1 ? *reinterpret_cast<u64*>(header)
                                                  : reinterpret_cast<u64>(header + kHeaderBytes);
      count_reference(&object);
    }
  }
  next();
}

// ---- std::random_device: the same numbers in every execution ----

namespace {
u32 next_random() {
  // A counter in the program's own memory would be seen by it; the event count serves as well.
  static u64 execution, counter;
  if (execution != program.execution()) {
    execution = program.execution();
    counter = 0;
  }
  return static_cast<u32>(Random(++counter).next() >> 32);
}
}  // namespace

LOCKSTEP_EXPORT unsigned _ZNSt13random_device9_M_getvalEv(void* self) {
  using Function = unsigned (*)(void*);
  LOCKSTEP_HOOK(reinterpret_cast<Function>(real_symbol("_ZNSt13random_device9_M_getvalEv"))(self));
  return next_random();
}
LOCKSTEP_EXPORT int getentropy(void* buffer, std::size_t n) {
  using Function = int (*)(void*, std::size_t);
  LOCKSTEP_HOOK(reinterpret_cast<Function>(real_symbol("getentropy"))(buffer, n));
  for (std::size_t i = 0; i < n; ++i) static_cast<u8*>(buffer)[i] = static_cast<u8>(next_random());
  return 0;
}
LOCKSTEP_EXPORT long getrandom(void* buffer, std::size_t n, unsigned flags) {
  using Function = long (*)(void*, std::size_t, unsigned);
  LOCKSTEP_HOOK(reinterpret_cast<Function>(real_symbol("getrandom"))(buffer, n, flags));
  for (std::size_t i = 0; i < n; ++i) static_cast<u8*>(buffer)[i] = static_cast<u8>(next_random());
  return static_cast<long>(n);
}
LOCKSTEP_EXPORT u32 arc4random() {
  using Function = u32 (*)();
  LOCKSTEP_HOOK(reinterpret_cast<Function>(real_symbol("arc4random"))());
  return next_random();
}
LOCKSTEP_EXPORT int gettid() {
  using Function = int (*)();
  LOCKSTEP_HOOK(reinterpret_cast<Function>(real_symbol("gettid"))());
  return 1000 + t.id;
}
