// The malloc family and C++'s allocation functions.
#include "program/heap.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#include "hooks/hook.h"
#include "program/modules.h"

using namespace lockstep::runtime;

namespace {

void* allocate(u64 size, u64 alignment, u64 pc) {
  Thread* t = running;
  if (t) t->entry = nullptr;
  running = nullptr;
  void* p = heap::allocate(t, size, alignment, pc);
  running = t;
  return p;
}

void* c_allocate(u64 size, u64 alignment, u64 pc) {
  void* p = allocate(size, alignment, pc);
  if (!p) errno = ENOMEM;
  return p;
}

void release(void* p, u64 pc) {
  if (!p) return;
  Thread* t = running;
  if (t) t->entry = nullptr;
  running = nullptr;
  heap::release(t, p, pc);
  running = t;
}

// operator new has to throw, which this library, without the C++ runtime, leaves to the one that the program has.
void* cpp_allocate(u64 size, u64 alignment, u64 pc) {
  void* p = allocate(size ? size : 1, alignment, pc);
  if (!p) {
    if (auto bad_alloc = reinterpret_cast<void (*)()>(real_symbol("_ZSt17__throw_bad_allocv"))) bad_alloc();
    abort();
  }
  return p;
}

bool power_of_two(u64 n) { return n && (n & (n - 1)) == 0; }

}  // namespace

LOCKSTEP_EXPORT void* malloc(std::size_t n) { return c_allocate(n, 16, LOCKSTEP_CALLER); }
LOCKSTEP_EXPORT void free(void* p) { release(p, LOCKSTEP_CALLER); }
LOCKSTEP_EXPORT void* calloc(std::size_t n, std::size_t size) {
  u64 bytes;
  if (__builtin_mul_overflow(n, size, &bytes)) {
    errno = ENOMEM;
    return nullptr;
  }
  return c_allocate(bytes, 16, LOCKSTEP_CALLER);  // blocks are zeroed anyway
}
LOCKSTEP_EXPORT void* realloc(void* p, std::size_t n) {
  u64 pc = LOCKSTEP_CALLER;
  Thread* t = running;
  if (t) t->entry = nullptr;
  running = nullptr;
  void* fresh = heap::resize(t, p, n, pc);
  running = t;
  if (!fresh && n) errno = ENOMEM;
  return fresh;
}
LOCKSTEP_EXPORT void* reallocarray(void* p, std::size_t n, std::size_t size) {
  u64 bytes;
  if (__builtin_mul_overflow(n, size, &bytes)) {
    errno = ENOMEM;
    return nullptr;
  }
  return realloc(p, bytes);
}
LOCKSTEP_EXPORT int posix_memalign(void** out, std::size_t alignment, std::size_t n) {
  if (!power_of_two(alignment) || alignment % sizeof(void*)) return EINVAL;
  void* p = allocate(n, alignment, LOCKSTEP_CALLER);
  if (!p) return ENOMEM;
  *out = p;
  return 0;
}
LOCKSTEP_EXPORT void* aligned_alloc(std::size_t alignment, std::size_t n) {
  return c_allocate(n, alignment, LOCKSTEP_CALLER);
}
LOCKSTEP_EXPORT void* memalign(std::size_t alignment, std::size_t n) {
  return c_allocate(n, alignment, LOCKSTEP_CALLER);
}
LOCKSTEP_EXPORT void* valloc(std::size_t n) { return c_allocate(n, 4096, LOCKSTEP_CALLER); }
LOCKSTEP_EXPORT std::size_t malloc_usable_size(void* p) { return heap::usable_size(p); }

// operator new and delete, by their mangled names.
LOCKSTEP_EXPORT void* _Znwm(std::size_t n) { return cpp_allocate(n, 16, LOCKSTEP_CALLER); }
LOCKSTEP_EXPORT void* _Znam(std::size_t n) { return cpp_allocate(n, 16, LOCKSTEP_CALLER); }
LOCKSTEP_EXPORT void* _ZnwmRKSt9nothrow_t(std::size_t n, const void*) { return allocate(n, 16, LOCKSTEP_CALLER); }
LOCKSTEP_EXPORT void* _ZnamRKSt9nothrow_t(std::size_t n, const void*) { return allocate(n, 16, LOCKSTEP_CALLER); }
LOCKSTEP_EXPORT void* _ZnwmSt11align_val_t(std::size_t n, std::size_t a) { return cpp_allocate(n, a, LOCKSTEP_CALLER); }
LOCKSTEP_EXPORT void* _ZnamSt11align_val_t(std::size_t n, std::size_t a) { return cpp_allocate(n, a, LOCKSTEP_CALLER); }
LOCKSTEP_EXPORT void* _ZnwmSt11align_val_tRKSt9nothrow_t(std::size_t n, std::size_t a, const void*) {
  return allocate(n, a, LOCKSTEP_CALLER);
}
LOCKSTEP_EXPORT void* _ZnamSt11align_val_tRKSt9nothrow_t(std::size_t n, std::size_t a, const void*) {
  return allocate(n, a, LOCKSTEP_CALLER);
}
#define DELETE(name, ...) \
  LOCKSTEP_EXPORT void name(void* p __VA_OPT__(, ) __VA_ARGS__) { release(p, LOCKSTEP_CALLER); }
DELETE(_ZdlPv)
DELETE(_ZdaPv)
DELETE(_ZdlPvm, std::size_t)
DELETE(_ZdaPvm, std::size_t)
DELETE(_ZdlPvRKSt9nothrow_t, const void*)
DELETE(_ZdaPvRKSt9nothrow_t, const void*)
DELETE(_ZdlPvSt11align_val_t, std::size_t)
DELETE(_ZdaPvSt11align_val_t, std::size_t)
DELETE(_ZdlPvmSt11align_val_t, std::size_t, std::size_t)
DELETE(_ZdaPvmSt11align_val_t, std::size_t, std::size_t)
DELETE(_ZdlPvSt11align_val_tRKSt9nothrow_t, std::size_t, const void*)
DELETE(_ZdaPvSt11align_val_tRKSt9nothrow_t, std::size_t, const void*)
