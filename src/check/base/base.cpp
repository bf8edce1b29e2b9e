#include "base/base.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

namespace lockstep::runtime {

i64 raw_syscall(i64 number, i64 a, i64 b, i64 c, i64 d, i64 e, i64 f) {
  i64 result;
  register i64 r10 asm("r10") = d;
  register i64 r8 asm("r8") = e;
  register i64 r9 asm("r9") = f;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}

bool equal_bytes(const void* a, const void* b, std::size_t n) {
  const u8* x = static_cast<const u8*>(a);
  const u8* y = static_cast<const u8*>(b);
  for (std::size_t i = 0; i < n; ++i) {
    if (x[i] != y[i]) return false;
  }
  return true;
}

std::size_t length(const char* text) {
  std::size_t n = 0;
  while (text[n]) {
    ++n;
    asm volatile("");  // keeps the compiler from turning this loop into a call of strlen
  }
  return n;
}

bool same_text(const char* a, const char* b) {
  while (*a && *a == *b) ++a, ++b;
  return *a == *b;
}

std::size_t copy_text(char* to, std::size_t capacity, const char* from) {
  std::size_t n = 0;
  for (; n + 1 < capacity && from[n]; ++n) to[n] = from[n];
  to[n] = 0;
  return n;
}

void append_text(char* to, std::size_t capacity, const char* from) {
  std::size_t used = length(to);
  if (used < capacity) copy_text(to + used, capacity - used, from);
}

void append_number(char* to, std::size_t capacity, u64 value) {
  char digits[24];
  int n = sizeof digits - 1;
  digits[n] = 0;
  do {
    digits[--n] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value);
  append_text(to, capacity, digits + n);
}

void* reserve(std::size_t bytes, bool shared, u64 at) {
  int flags = (shared ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS | MAP_NORESERVE;
  if (at) flags |= MAP_FIXED_NOREPLACE;
  bytes = (bytes + 4095) & ~std::size_t{4095};
  i64 p = raw_syscall(SYS_mmap, static_cast<i64>(at), static_cast<i64>(bytes), PROT_READ | PROT_WRITE, flags, -1, 0);
  if (p < 0 && p > -4096) {
    if (at) return nullptr;
    fatal("cannot reserve address space for the checker");
  }
  return reinterpret_cast<void*>(p);
}

u64 real_nanoseconds() {
  timespec now;
  raw_syscall(SYS_clock_gettime, CLOCK_MONOTONIC, reinterpret_cast<i64>(&now));
  return static_cast<u64>(now.tv_sec) * 1000000000u + static_cast<u64>(now.tv_nsec);
}

void fatal(const char* message, const char* detail) {
  char text[512] = "lockstep: ";
  append_text(text, sizeof text, message);
  append_text(text, sizeof text, detail);
  append_text(text, sizeof text, "\n");
  raw_syscall(SYS_write, 2, reinterpret_cast<i64>(text), static_cast<i64>(length(text)));
  raw_syscall(SYS_exit_group, 127);
  __builtin_unreachable();
}

}  // namespace lockstep::runtime
