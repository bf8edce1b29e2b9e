// More of the C library's functions on memory and strings, as plain accesses (see tsan_access.cpp), and the checked
// variants that -D_FORTIFY_SOURCE makes of them.
//
// <string.h> is not included: its C++ overloads of strchr and others are not the functions that are defined here.
#include "detect/race.h"
#include "hooks/hook.h"
#include "program/modules.h"

namespace lockstep::runtime {
namespace {

void range(const volatile void* p, u64 size, bool write, u64 pc) {
  Thread* t = running;
  if (t && size) race::plain(*t, address_of(p), size, write, pc);
}

// Code of the C library runs unchecked: what it does to its own data is its own affair.
bool checked(u64 pc) { return running && !modules::is_c_library(pc); }

std::size_t bounded_length(const char* s, std::size_t limit) {
  std::size_t n = 0;
  while (n < limit && s[n]) ++n;
  return n;
}

char* copy_bounded(char* to, const char* from, std::size_t n, u64 pc) {
  std::size_t used = bounded_length(from, n);
  if (checked(pc)) {
    range(from, used < n ? used + 1 : n, false, pc);
    range(to, n, true, pc);
  }
  copy_bytes(to, from, used);
  fill_bytes(to + used, 0, n - used);
  return to;
}

char* copy_to_end(char* to, const char* from, u64 pc) {
  std::size_t n = length(from);
  if (checked(pc)) {
    range(from, n + 1, false, pc);
    range(to, n + 1, true, pc);
  }
  copy_bytes(to, from, n + 1);
  return to + n;
}

char* append(char* to, const char* from, std::size_t limit, u64 pc) {
  std::size_t has = length(to);
  std::size_t n = bounded_length(from, limit);
  if (checked(pc)) {
    range(to, has + 1, false, pc);
    range(from, n < limit ? n + 1 : limit, false, pc);
    range(to + has, n + 1, true, pc);
  }
  copy_bytes(to + has, from, n);
  to[has + n] = 0;
  return to;
}

void move(void* to, const void* from, std::size_t n, u64 pc) {
  if (checked(pc)) {
    range(from, n, false, pc);
    range(to, n, true, pc);
  }
  if (to <= from || static_cast<u8*>(to) >= static_cast<const u8*>(from) + n) {
    copy_bytes(to, from, n);
  } else {
    u8* d = static_cast<u8*>(to) + n - 1;
    const u8* s = static_cast<const u8*>(from) + n - 1;
    asm volatile("std; rep movsb; cld" : "+D"(d), "+S"(s), "+c"(n) : : "memory");
  }
}

void fill(void* to, int value, std::size_t n, u64 pc) {
  if (checked(pc)) range(to, n, true, pc);
  fill_bytes(to, value, n);
}

void check_capacity(std::size_t needed, std::size_t capacity, u64 pc) {
  if (needed <= capacity || !running) return;
  program.bug(Kind::kCrash, running, 0, pc, "buffer overflow detected", 6);
}

}  // namespace
}  // namespace lockstep::runtime

using namespace lockstep::runtime;
using std::size_t;

LOCKSTEP_EXPORT char* strncpy(char* to, const char* from, size_t n) {
  return copy_bounded(to, from, n, LOCKSTEP_CALLER);
}
LOCKSTEP_EXPORT char* stpcpy(char* to, const char* from) { return copy_to_end(to, from, LOCKSTEP_CALLER); }
LOCKSTEP_EXPORT char* strcat(char* to, const char* from) { return append(to, from, ~size_t{0}, LOCKSTEP_CALLER); }
LOCKSTEP_EXPORT char* strncat(char* to, const char* from, size_t n) { return append(to, from, n, LOCKSTEP_CALLER); }
LOCKSTEP_EXPORT int strncmp(const char* a, const char* b, size_t n) {
  size_t i = 0;
  while (i < n && a[i] && a[i] == b[i]) ++i;
  if (checked(LOCKSTEP_CALLER)) {
    range(a, i < n ? i + 1 : n, false, LOCKSTEP_CALLER);
    range(b, i < n ? i + 1 : n, false, LOCKSTEP_CALLER);
  }
  return i == n ? 0 : static_cast<unsigned char>(a[i]) - static_cast<unsigned char>(b[i]);
}
LOCKSTEP_EXPORT size_t strnlen(const char* s, size_t limit) {
  size_t n = bounded_length(s, limit);
  if (checked(LOCKSTEP_CALLER)) range(s, n < limit ? n + 1 : limit, false, LOCKSTEP_CALLER);
  return n;
}
LOCKSTEP_EXPORT char* strchr(const char* s, int c) {
  size_t n = 0;
  while (s[n] && s[n] != static_cast<char>(c)) ++n;
  if (checked(LOCKSTEP_CALLER)) range(s, n + 1, false, LOCKSTEP_CALLER);
  return s[n] == static_cast<char>(c) ? const_cast<char*>(s + n) : nullptr;
}
LOCKSTEP_EXPORT char* strrchr(const char* s, int c) {
  const char* found = nullptr;
  size_t n = 0;
  for (;; ++n) {
    if (s[n] == static_cast<char>(c)) found = s + n;
    if (!s[n]) break;
  }
  if (checked(LOCKSTEP_CALLER)) range(s, n + 1, false, LOCKSTEP_CALLER);
  return const_cast<char*>(found);
}
LOCKSTEP_EXPORT void* memchr(const void* p, int c, size_t n) {
  const u8* s = static_cast<const u8*>(p);
  size_t i = 0;
  while (i < n && s[i] != static_cast<u8>(c)) ++i;
  if (checked(LOCKSTEP_CALLER)) range(p, i < n ? i + 1 : n, false, LOCKSTEP_CALLER);
  return i < n ? const_cast<u8*>(s + i) : nullptr;
}
LOCKSTEP_EXPORT void bcopy(const void* from, void* to, size_t n) { move(to, from, n, LOCKSTEP_CALLER); }
LOCKSTEP_EXPORT void bzero(void* p, size_t n) { fill(p, 0, n, LOCKSTEP_CALLER); }
LOCKSTEP_EXPORT void explicit_bzero(void* p, size_t n) { fill(p, 0, n, LOCKSTEP_CALLER); }
LOCKSTEP_EXPORT void* mempcpy(void* to, const void* from, size_t n) {
  move(to, from, n, LOCKSTEP_CALLER);
  return static_cast<u8*>(to) + n;
}

// Fortified variants: the last argument is the room at the destination.
LOCKSTEP_EXPORT void* __memcpy_chk(void* to, const void* from, size_t n, size_t room) {
  check_capacity(n, room, LOCKSTEP_CALLER);
  move(to, from, n, LOCKSTEP_CALLER);
  return to;
}
LOCKSTEP_EXPORT void* __memmove_chk(void* to, const void* from, size_t n, size_t room) {
  check_capacity(n, room, LOCKSTEP_CALLER);
  move(to, from, n, LOCKSTEP_CALLER);
  return to;
}
LOCKSTEP_EXPORT void* __memset_chk(void* to, int value, size_t n, size_t room) {
  check_capacity(n, room, LOCKSTEP_CALLER);
  fill(to, value, n, LOCKSTEP_CALLER);
  return to;
}
LOCKSTEP_EXPORT char* __strcpy_chk(char* to, const char* from, size_t room) {
  check_capacity(length(from) + 1, room, LOCKSTEP_CALLER);
  copy_to_end(to, from, LOCKSTEP_CALLER);
  return to;
}
LOCKSTEP_EXPORT char* __strncpy_chk(char* to, const char* from, size_t n, size_t room) {
  check_capacity(n, room, LOCKSTEP_CALLER);
  return copy_bounded(to, from, n, LOCKSTEP_CALLER);
}
LOCKSTEP_EXPORT char* __strcat_chk(char* to, const char* from, size_t room) {
  check_capacity(length(to) + length(from) + 1, room, LOCKSTEP_CALLER);
  return append(to, from, ~size_t{0}, LOCKSTEP_CALLER);
}
LOCKSTEP_EXPORT char* __strncat_chk(char* to, const char* from, size_t n, size_t room) {
  check_capacity(length(to) + bounded_length(from, n) + 1, room, LOCKSTEP_CALLER);
  return append(to, from, n, LOCKSTEP_CALLER);
}
