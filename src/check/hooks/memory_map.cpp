// Memory that the program asks the kernel for, and libraries that it loads.
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "detect/race.h"
#include "hooks/outside.h"
#include "program/modules.h"

using namespace lockstep::runtime;

namespace {

// Mappings without a wish get addresses that are the same in every execution, whatever the process has mapped before.
constexpr u64 kMapArea = 0x300000000000;
u64 g_next = kMapArea;
u32 g_execution = 0;

u64 place(u64 size) {
  if (g_execution != program.execution()) {
    g_execution = program.execution();
    g_next = kMapArea;
  }
  u64 at = g_next;
  g_next += ((size + 0x1fffff) & ~u64{0x1fffff}) + 0x200000;  // apart, and fit for huge pages
  return at;
}

using Map = void* (*)(void*, std::size_t, int, int, int, off_t);

void* map(Thread& t, void* at, std::size_t size, int protection, int flags, int fd, off_t offset, Map real_map) {
  process::needs_fork(t);
  ++t.effects;
  void* p = MAP_FAILED;
  if (!at && !(flags & (MAP_FIXED | MAP_FIXED_NOREPLACE | MAP_32BIT))) {
    int error = errno;
    p = real_map(reinterpret_cast<void*>(place(size)), size, protection, flags | MAP_FIXED_NOREPLACE, fd, offset);
    if (p == MAP_FAILED) errno = error;
  }
  if (p == MAP_FAILED) p = real_map(at, size, protection, flags, fd, offset);
  return p;
}

}  // namespace

LOCKSTEP_EXPORT void* mmap(void* at, std::size_t size, int protection, int flags, int fd, off_t offset) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(mmap)(at, size, protection, flags, fd, offset));
  return map(t, at, size, protection, flags, fd, offset, LOCKSTEP_REAL(mmap));
}
LOCKSTEP_EXPORT void* mmap64(void* at, std::size_t size, int protection, int flags, int fd, off64_t offset) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(mmap64)(at, size, protection, flags, fd, offset));
  return map(t, at, size, protection, flags, fd, offset, LOCKSTEP_REAL(mmap64));
}
LOCKSTEP_NEEDS_FORK(int, munmap, (void* p, std::size_t size), (p, size))
LOCKSTEP_EXPORT void* mremap(void* p, std::size_t old_size, std::size_t size, int flags, ...) {
  va_list list;
  va_start(list, flags);
  void* to = flags & MREMAP_FIXED ? va_arg(list, void*) : nullptr;
  va_end(list);
  LOCKSTEP_HOOK(LOCKSTEP_REAL(mremap)(p, old_size, size, flags, to));
  process::needs_fork(t);
  ++t.effects;
  return LOCKSTEP_REAL(mremap)(p, old_size, size, flags, to);
}
LOCKSTEP_NEEDS_FORK(int, mprotect, (void* p, std::size_t size, int protection), (p, size, protection))
LOCKSTEP_NEEDS_FORK(int, madvise, (void* p, std::size_t size, int advice), (p, size, advice))
LOCKSTEP_NEEDS_FORK(void*, shmat, (int id, const void* at, int flags), (id, at, flags))
LOCKSTEP_NEEDS_FORK(int, shmget, (key_t key, std::size_t size, int flags), (key, size, flags))
LOCKSTEP_NEEDS_FORK(int, brk, (void* end), (end))
LOCKSTEP_EXPORT void* sbrk(intptr_t change) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(sbrk)(change));
  if (change) process::needs_fork(t);
  return LOCKSTEP_REAL(sbrk)(change);
}

LOCKSTEP_EXPORT void* dlopen(const char* path, int flags) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(dlopen)(path, flags));
  if (path) process::needs_fork(t);
  ++t.effects;
  running = &t;  // the library's constructors are program code
  void* library = LOCKSTEP_REAL(dlopen)(path, flags);
  running = nullptr;
  if (path && library) {
    modules::load();
    modules::describe(*program.segment);
  }
  return library;
}
LOCKSTEP_EXPORT int dlclose(void* library) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(dlclose)(library));
  process::needs_fork(t);
  ++t.effects;
  running = &t;  // its destructors, too
  int result = LOCKSTEP_REAL(dlclose)(library);
  running = nullptr;
  return result;
}
