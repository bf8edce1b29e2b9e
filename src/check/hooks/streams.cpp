// stdio: opening and closing streams, the lock of a stream, and reads that go around its buffer. Printing and scanning
// are not interposed.
#include <stdio.h>

#include "hooks/outside.h"
#include "program/sync.h"

using namespace lockstep::runtime;
using lockstep::protocol::LockType;
using sync::Mode;

#define FOPEN(name)                                                \
  LOCKSTEP_EXPORT FILE* name(const char* path, const char* mode) { \
    LOCKSTEP_HOOK(LOCKSTEP_REAL(name)(path, mode));                \
    outside::about_to_open(path, #name, pc);                       \
    process::needs_fork(t);                                        \
    ++t.effects;                                                   \
    return LOCKSTEP_REAL(name)(path, mode);                        \
  }
FOPEN(fopen)
FOPEN(fopen64)
#define FREOPEN(name)                                                       \
  LOCKSTEP_EXPORT FILE* name(const char* path, const char* mode, FILE* f) { \
    LOCKSTEP_HOOK(LOCKSTEP_REAL(name)(path, mode, f));                      \
    outside::about_to_open(path, #name, pc);                                \
    process::needs_fork(t);                                                 \
    ++t.effects;                                                            \
    return LOCKSTEP_REAL(name)(path, mode, f);                              \
  }
FREOPEN(freopen)
FREOPEN(freopen64)
LOCKSTEP_EXPORT FILE* fdopen(int fd, const char* mode) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(fdopen)(fd, mode));
  outside::refuse_channel(fd, "fdopen", pc);
  process::needs_fork(t);
  ++t.effects;
  return LOCKSTEP_REAL(fdopen)(fd, mode);
}
LOCKSTEP_NEEDS_FORK(FILE*, tmpfile, (), ())
LOCKSTEP_NEEDS_FORK(FILE*, tmpfile64, (), ())
LOCKSTEP_NEEDS_FORK(int, fclose, (FILE * f), (f))

// A large read goes straight to the caller's memory.
namespace {
std::size_t read_items(Thread& t, void* p, std::size_t size, std::size_t n, FILE* f, decltype(&::fread) real_read,
                       u64 pc) {
  if (size && n <= ~std::size_t{0} / size) outside::kernel_writes(p, size * n);
  std::size_t got = real_read(p, size, n, f);
  outside::buffer_written(t, p, got * size, pc);
  return got;
}
}  // namespace
LOCKSTEP_EXPORT std::size_t fread(void* p, std::size_t size, std::size_t n, FILE* f) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(fread)(p, size, n, f));
  return read_items(t, p, size, n, f, LOCKSTEP_REAL(fread), pc);
}
LOCKSTEP_EXPORT std::size_t fread_unlocked(void* p, std::size_t size, std::size_t n, FILE* f) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(fread_unlocked)(p, size, n, f));
  return read_items(t, p, size, n, f, LOCKSTEP_REAL(fread_unlocked), pc);
}
LOCKSTEP_EXPORT std::size_t __fread_chk(void* p, std::size_t, std::size_t size, std::size_t n, FILE* f) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(fread)(p, size, n, f));
  return read_items(t, p, size, n, f, LOCKSTEP_REAL(fread), pc);
}

// The lock of a stream. Only these functions take it here: printf and the like are never interrupted half way.
LOCKSTEP_EXPORT void flockfile(FILE* f) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(flockfile)(f));
  sync::mutex_lock(t, address_of(f), LockType::kRecursive, Mode::kBlock, kNever, pc);
}
LOCKSTEP_EXPORT int ftrylockfile(FILE* f) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(ftrylockfile)(f));
  return sync::mutex_lock(t, address_of(f), LockType::kRecursive, Mode::kTry, kNever, pc) ? -1 : 0;
}
LOCKSTEP_EXPORT void funlockfile(FILE* f) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(funlockfile)(f));
  sync::mutex_unlock(t, address_of(f), LockType::kRecursive, pc);
}
