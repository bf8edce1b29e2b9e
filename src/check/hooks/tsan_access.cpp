// Plain memory accesses: the __tsan_ entry points that gcc and clang emit for loads, stores and the memcpy family,
// and the C library's own functions of that family.
#include "detect/race.h"
#include "hooks/hook.h"
#include "program/modules.h"

namespace lockstep::runtime {
namespace {

inline __attribute__((always_inline)) void access(const volatile void* p, u64 size, bool write, u64 pc) {
  Thread* t = running;
  if (LOCKSTEP_UNLIKELY(!t)) return;
  race::plain(*t, address_of(p), size, write, pc);
  clear_stack_of_access(*t);
}

void range(const volatile void* p, u64 size, bool write, u64 pc) {
  if (size) access(p, size, write, pc);
}

// Overlapping ranges, without a library call.
void* move_bytes(void* to, const void* from, std::size_t n) {
  if (to <= from || static_cast<u8*>(to) >= static_cast<const u8*>(from) + n) {
    copy_bytes(to, from, n);
  } else {
    u8* d = static_cast<u8*>(to) + n - 1;
    const u8* s = static_cast<const u8*>(from) + n - 1;
    asm volatile("std; rep movsb; cld" : "+D"(d), "+S"(s), "+c"(n) : : "memory");
  }
  return to;
}

// Code of the C library runs unchecked: what it does to its own data is its own affair.
bool checked(u64 pc) { return running && !modules::is_c_library(pc); }

}  // namespace
}  // namespace lockstep::runtime

using namespace lockstep::runtime;

#define ACCESS(n)                                                                                           \
  LOCKSTEP_EXPORT void __tsan_read##n(void* p) { access(p, n, false, LOCKSTEP_CALLER); }                    \
  LOCKSTEP_EXPORT void __tsan_write##n(void* p) { access(p, n, true, LOCKSTEP_CALLER); }                    \
  LOCKSTEP_EXPORT void __tsan_read##n##_pc(void* p, void* pc) { access(p, n, false, address_of(pc)); }      \
  LOCKSTEP_EXPORT void __tsan_write##n##_pc(void* p, void* pc) { access(p, n, true, address_of(pc)); }      \
  LOCKSTEP_EXPORT void __tsan_volatile_read##n(void* p) { access(p, n, false, LOCKSTEP_CALLER); }           \
  LOCKSTEP_EXPORT void __tsan_volatile_write##n(void* p) { access(p, n, true, LOCKSTEP_CALLER); }           \
  LOCKSTEP_EXPORT void __tsan_read_write##n(void* p) { access(p, n, true, LOCKSTEP_CALLER); }               \
  LOCKSTEP_EXPORT void __tsan_unaligned_read##n(void* p) { access(p, n, false, LOCKSTEP_CALLER); }          \
  LOCKSTEP_EXPORT void __tsan_unaligned_write##n(void* p) { access(p, n, true, LOCKSTEP_CALLER); }          \
  LOCKSTEP_EXPORT void __tsan_unaligned_volatile_read##n(void* p) { access(p, n, false, LOCKSTEP_CALLER); } \
  LOCKSTEP_EXPORT void __tsan_unaligned_volatile_write##n(void* p) { access(p, n, true, LOCKSTEP_CALLER); } \
  LOCKSTEP_EXPORT void __tsan_unaligned_read_write##n(void* p) { access(p, n, true, LOCKSTEP_CALLER); }

ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)
ACCESS(16)

LOCKSTEP_EXPORT void __tsan_read_range(void* p, unsigned long n) { range(p, n, false, LOCKSTEP_CALLER); }
LOCKSTEP_EXPORT void __tsan_write_range(void* p, unsigned long n) { range(p, n, true, LOCKSTEP_CALLER); }
LOCKSTEP_EXPORT void __tsan_read_range_pc(void* p, unsigned long n, void* pc) { range(p, n, false, address_of(pc)); }
LOCKSTEP_EXPORT void __tsan_write_range_pc(void* p, unsigned long n, void* pc) { range(p, n, true, address_of(pc)); }

LOCKSTEP_EXPORT void __tsan_vptr_read(void** p) { access(p, 8, false, LOCKSTEP_CALLER); }
LOCKSTEP_EXPORT void __tsan_vptr_update(void** p, void* value) {
  // Storing the same vtable again (a constructor or destructor without a derived class) changes nothing.
  if (*p != value) access(p, 8, true, LOCKSTEP_CALLER);
}

LOCKSTEP_EXPORT void __tsan_init() {}
LOCKSTEP_EXPORT void __tsan_func_entry(void*) {}
LOCKSTEP_EXPORT void __tsan_func_exit() {}

LOCKSTEP_EXPORT void __tsan_ignore_thread_begin() {
  if (running) running->ignore_accesses = true;
}
LOCKSTEP_EXPORT void __tsan_ignore_thread_end() {
  if (running) running->ignore_accesses = false;
}

LOCKSTEP_EXPORT void* __tsan_memcpy(void* to, const void* from, unsigned long n) {
  range(from, n, false, LOCKSTEP_CALLER);
  range(to, n, true, LOCKSTEP_CALLER);
  copy_bytes(to, from, n);
  return to;
}
LOCKSTEP_EXPORT void* __tsan_memmove(void* to, const void* from, unsigned long n) {
  range(from, n, false, LOCKSTEP_CALLER);
  range(to, n, true, LOCKSTEP_CALLER);
  return move_bytes(to, from, n);
}
LOCKSTEP_EXPORT void* __tsan_memset(void* to, int value, unsigned long n) {
  range(to, n, true, LOCKSTEP_CALLER);
  fill_bytes(to, value, n);
  return to;
}

LOCKSTEP_EXPORT void* memcpy(void* to, const void* from, std::size_t n) {
  if (checked(LOCKSTEP_CALLER)) {
    range(from, n, false, LOCKSTEP_CALLER);
    range(to, n, true, LOCKSTEP_CALLER);
  }
  copy_bytes(to, from, n);
  return to;
}
LOCKSTEP_EXPORT void* memmove(void* to, const void* from, std::size_t n) {
  if (checked(LOCKSTEP_CALLER)) {
    range(from, n, false, LOCKSTEP_CALLER);
    range(to, n, true, LOCKSTEP_CALLER);
  }
  return move_bytes(to, from, n);
}
LOCKSTEP_EXPORT void* memset(void* to, int value, std::size_t n) {
  if (checked(LOCKSTEP_CALLER)) range(to, n, true, LOCKSTEP_CALLER);
  fill_bytes(to, value, n);
  return to;
}
LOCKSTEP_EXPORT int memcmp(const void* a, const void* b, std::size_t n) {
  if (checked(LOCKSTEP_CALLER)) {
    range(a, n, false, LOCKSTEP_CALLER);
    range(b, n, false, LOCKSTEP_CALLER);
  }
  const u8* x = static_cast<const u8*>(a);
  const u8* y = static_cast<const u8*>(b);
  for (std::size_t i = 0; i < n; ++i) {
    if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
  }
  return 0;
}
LOCKSTEP_EXPORT std::size_t strlen(const char* s) {
  std::size_t n = length(s);
  if (checked(LOCKSTEP_CALLER)) range(s, n + 1, false, LOCKSTEP_CALLER);
  return n;
}
LOCKSTEP_EXPORT char* strcpy(char* to, const char* from) {
  std::size_t n = length(from) + 1;
  if (checked(LOCKSTEP_CALLER)) {
    range(from, n, false, LOCKSTEP_CALLER);
    range(to, n, true, LOCKSTEP_CALLER);
  }
  copy_bytes(to, from, n);
  return to;
}
LOCKSTEP_EXPORT int strcmp(const char* a, const char* b) {
  std::size_t n = 0;
  while (a[n] && a[n] == b[n]) ++n;
  if (checked(LOCKSTEP_CALLER)) {
    range(a, n + 1, false, LOCKSTEP_CALLER);
    range(b, n + 1, false, LOCKSTEP_CALLER);
  }
  return static_cast<unsigned char>(a[n]) - static_cast<unsigned char>(b[n]);
}
