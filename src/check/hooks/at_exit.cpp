// Registration of what runs at the end of the process or of a thread.
#include <stdlib.h>

#include "hooks/hook.h"
#include "program/lifecycle.h"

using namespace lockstep::runtime;

// Handlers of an execution are its own; those of the process (libraries, before the first execution) stay with libc.

LOCKSTEP_EXPORT int __cxa_atexit(void (*function)(void*), void* argument, void* dso) {
  using Function = int (*)(void (*)(void*), void*, void*);
  LOCKSTEP_HOOK(reinterpret_cast<Function>(real_symbol("__cxa_atexit"))(function, argument, dso));
  lifecycle::at_exit(function, nullptr, argument, dso);
  return 0;
}
// ThreadSanitizer's runtime exports it, so programs that are linked to that take it from here.
LOCKSTEP_EXPORT int atexit(void (*function)()) {
  return __cxa_atexit(reinterpret_cast<void (*)(void*)>(reinterpret_cast<void*>(function)), nullptr, nullptr);
}
// A library is unloaded (dso is its handle): its handlers run now.
LOCKSTEP_EXPORT void __cxa_finalize(void* dso) {
  using Function = void (*)(void*);
  LOCKSTEP_HOOK(reinterpret_cast<Function>(real_symbol("__cxa_finalize"))(dso));
  if (dso) lifecycle::run_handlers_of(t, dso);
}
LOCKSTEP_EXPORT int on_exit(void (*function)(int, void*), void* argument) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(on_exit)(function, argument));
  lifecycle::at_exit(nullptr, function, argument, nullptr);
  return 0;
}
LOCKSTEP_EXPORT int __cxa_thread_atexit_impl(void (*function)(void*), void* argument, void* dso) {
  using Function = int (*)(void (*)(void*), void*, void*);
  LOCKSTEP_HOOK(reinterpret_cast<Function>(real_symbol("__cxa_thread_atexit_impl"))(function, argument, dso));
  t.destructors.push(program.graph.memory(), {function, argument});
  return 0;
}
