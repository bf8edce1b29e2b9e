// Files and directories by name, descriptors, and calls in which the kernel fills memory of the program.
//
// What an execution does to the file system stays; the search then runs each execution in a fork, so that at least
// descriptors and file positions are as they were, and a program that writes its files before it reads them repeats.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "hooks/clocks.h"
#include "hooks/outside.h"
#include "program/modules.h"

using namespace lockstep::runtime;

namespace {

// The mode is there only when a file may be created.
mode_t mode_of(int flags, va_list list) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0; }

// std::random_device opens its source even though its numbers come from the checker.
void check_open(const char* path, const char* function, u64 pc) {
  if (!modules::is_uninstrumented_library(pc)) outside::about_to_open(path, function, pc);
}

}  // namespace

#define OPEN(name)                                             \
  LOCKSTEP_EXPORT int name(const char* path, int flags, ...) { \
    va_list list;                                              \
    va_start(list, flags);                                     \
    mode_t mode = mode_of(flags, list);                        \
    va_end(list);                                              \
    LOCKSTEP_HOOK(LOCKSTEP_REAL(name)(path, flags, mode));     \
    check_open(path, #name, pc);                               \
    process::needs_fork(t);                                    \
    return LOCKSTEP_REAL(name)(path, flags, mode);             \
  }
OPEN(open)
OPEN(open64)
#define OPENAT(name)                                                   \
  LOCKSTEP_EXPORT int name(int at, const char* path, int flags, ...) { \
    va_list list;                                                      \
    va_start(list, flags);                                             \
    mode_t mode = mode_of(flags, list);                                \
    va_end(list);                                                      \
    LOCKSTEP_HOOK(LOCKSTEP_REAL(name)(at, path, flags, mode));         \
    check_open(path, #name, pc);                                       \
    process::needs_fork(t);                                            \
    return LOCKSTEP_REAL(name)(at, path, flags, mode);                 \
  }
OPENAT(openat)
OPENAT(openat64)
// What -D_FORTIFY_SOURCE makes of open without a mode.
LOCKSTEP_EXPORT int __open_2(const char* path, int flags) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(open)(path, flags));
  check_open(path, "open", pc);
  process::needs_fork(t);
  return LOCKSTEP_REAL(open)(path, flags);
}
LOCKSTEP_EXPORT int __open64_2(const char* path, int flags) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(open)(path, flags));
  check_open(path, "open", pc);
  process::needs_fork(t);
  return LOCKSTEP_REAL(open)(path, flags);
}
LOCKSTEP_EXPORT int __openat_2(int at, const char* path, int flags) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(openat)(at, path, flags));
  check_open(path, "openat", pc);
  process::needs_fork(t);
  return LOCKSTEP_REAL(openat)(at, path, flags);
}
LOCKSTEP_NEEDS_FORK(int, creat, (const char* path, mode_t mode), (path, mode))
LOCKSTEP_NEEDS_FORK(int, creat64, (const char* path, mode_t mode), (path, mode))
LOCKSTEP_NEEDS_FORK(int, mkstemp, (char* name), (name))
LOCKSTEP_NEEDS_FORK(int, mkstemp64, (char* name), (name))
LOCKSTEP_NEEDS_FORK(int, mkostemp, (char* name, int flags), (name, flags))
LOCKSTEP_NEEDS_FORK(char*, mkdtemp, (char* name), (name))
LOCKSTEP_NEEDS_FORK(DIR*, opendir, (const char* path), (path))
LOCKSTEP_NEEDS_FORK(DIR*, fdopendir, (int fd), (fd))
LOCKSTEP_NEEDS_FORK(int, memfd_create, (const char* name, unsigned flags), (name, flags))
LOCKSTEP_NEEDS_FORK(int, shm_open, (const char* name, int flags, mode_t mode), (name, flags, mode))
LOCKSTEP_NEEDS_FORK(int, shm_unlink, (const char* name), (name))
LOCKSTEP_NEEDS_FORK(int, eventfd, (unsigned value, int flags), (value, flags))
LOCKSTEP_NEEDS_FORK(int, inotify_init, (), ())
LOCKSTEP_NEEDS_FORK(int, inotify_init1, (int flags), (flags))
LOCKSTEP_REFUSED(int, signalfd, (int fd, const sigset_t* mask, int flags), (fd, mask, flags),
                 "signals of the kernel are not modelled; use raise, or a condition variable")

// Descriptors
LOCKSTEP_NEEDS_FORK(int, dup, (int fd), (fd))
LOCKSTEP_NEEDS_FORK(int, dup2, (int fd, int to), (fd, to))
LOCKSTEP_NEEDS_FORK(int, dup3, (int fd, int to, int flags), (fd, to, flags))
LOCKSTEP_NEEDS_FORK(int, close_range, (unsigned first, unsigned last, int flags), (first, last, flags))
LOCKSTEP_NEEDS_FORK(void, closefrom, (int first), (first))
LOCKSTEP_EXPORT int close(int fd) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(close)(fd));
  if (outside::behind(fd) != outside::Behind::kNothing) process::needs_fork(t);
  ++t.effects;
  return LOCKSTEP_REAL(close)(fd);
}

namespace {

// A lock on a file excludes other processes, and sometimes threads: it may be taken when it is free.
constexpr const char* kFileLock = "it would wait for a lock on a file; use a mutex between threads";

int control(Thread& t, int fd, int command, void* argument, decltype(&::fcntl) real_fcntl, u64 pc) {
  switch (command) {
    case F_GETFD:
    case F_GETFL:
      return real_fcntl(fd, command, argument);
    case F_SETLKW:
    case F_OFD_SETLKW: {
      process::needs_fork(t);
      int result = real_fcntl(fd, command == F_SETLKW ? F_SETLK : F_OFD_SETLK, argument);
      if (result < 0 && (errno == EAGAIN || errno == EACCES)) outside::refuse("fcntl", kFileLock, pc);
      return result;
    }
    case F_GETLK:
    case F_OFD_GETLK:
      outside::kernel_writes(argument, sizeof(struct flock));
      return real_fcntl(fd, command, argument);
    default:
      process::needs_fork(t);
      ++t.effects;
      return real_fcntl(fd, command, argument);
  }
}

}  // namespace

#define FCNTL(name)                                                    \
  LOCKSTEP_EXPORT int name(int fd, int command, ...) {                 \
    va_list list;                                                      \
    va_start(list, command);                                           \
    void* argument = va_arg(list, void*);                              \
    va_end(list);                                                      \
    LOCKSTEP_HOOK(LOCKSTEP_REAL(name)(fd, command, argument));         \
    return control(t, fd, command, argument, LOCKSTEP_REAL(name), pc); \
  }
FCNTL(fcntl)
FCNTL(fcntl64)
LOCKSTEP_EXPORT int flock(int fd, int operation) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(flock)(fd, operation));
  process::needs_fork(t);
  int result = LOCKSTEP_REAL(flock)(fd, operation | LOCK_NB);
  if (result < 0 && errno == EWOULDBLOCK && !(operation & LOCK_NB)) outside::refuse("flock", kFileLock, pc);
  ++t.effects;
  return result;
}
#define LOCKF(name, offset)                                                              \
  LOCKSTEP_EXPORT int name(int fd, int command, offset length) {                         \
    LOCKSTEP_HOOK(LOCKSTEP_REAL(name)(fd, command, length));                             \
    process::needs_fork(t);                                                              \
    int result = LOCKSTEP_REAL(name)(fd, command == F_LOCK ? F_TLOCK : command, length); \
    if (result < 0 && command == F_LOCK && (errno == EAGAIN || errno == EACCES))         \
      outside::refuse(#name, kFileLock, pc);                                             \
    ++t.effects;                                                                         \
    return result;                                                                       \
  }
LOCKF(lockf, off_t)
LOCKF(lockf64, off64_t)

// The file system: with the first change the execution is run again in a fork, before it has changed anything.
LOCKSTEP_NEEDS_FORK(int, rename, (const char* from, const char* to), (from, to))
LOCKSTEP_NEEDS_FORK(int, renameat, (int at, const char* from, int at2, const char* to), (at, from, at2, to))
LOCKSTEP_NEEDS_FORK(int, renameat2, (int at, const char* from, int at2, const char* to, unsigned flags),
                    (at, from, at2, to, flags))
LOCKSTEP_NEEDS_FORK(int, unlink, (const char* path), (path))
LOCKSTEP_NEEDS_FORK(int, unlinkat, (int at, const char* path, int flags), (at, path, flags))
LOCKSTEP_NEEDS_FORK(int, remove, (const char* path), (path))
LOCKSTEP_NEEDS_FORK(int, rmdir, (const char* path), (path))
LOCKSTEP_NEEDS_FORK(int, mkdir, (const char* path, mode_t mode), (path, mode))
LOCKSTEP_NEEDS_FORK(int, mkdirat, (int at, const char* path, mode_t mode), (at, path, mode))
LOCKSTEP_NEEDS_FORK(int, mkfifo, (const char* path, mode_t mode), (path, mode))
LOCKSTEP_NEEDS_FORK(int, mknod, (const char* path, mode_t mode, dev_t device), (path, mode, device))
LOCKSTEP_NEEDS_FORK(int, link, (const char* from, const char* to), (from, to))
LOCKSTEP_NEEDS_FORK(int, symlink, (const char* from, const char* to), (from, to))
LOCKSTEP_NEEDS_FORK(int, truncate, (const char* path, off_t size), (path, size))
LOCKSTEP_NEEDS_FORK(int, truncate64, (const char* path, off64_t size), (path, size))
LOCKSTEP_NEEDS_FORK(int, ftruncate, (int fd, off_t size), (fd, size))
LOCKSTEP_NEEDS_FORK(int, ftruncate64, (int fd, off64_t size), (fd, size))
LOCKSTEP_NEEDS_FORK(int, chmod, (const char* path, mode_t mode), (path, mode))
LOCKSTEP_NEEDS_FORK(int, fchmod, (int fd, mode_t mode), (fd, mode))
LOCKSTEP_NEEDS_FORK(int, chown, (const char* path, uid_t user, gid_t group), (path, user, group))

// The process's place and limits
LOCKSTEP_NEEDS_FORK(int, chdir, (const char* path), (path))
LOCKSTEP_NEEDS_FORK(int, fchdir, (int fd), (fd))
LOCKSTEP_NEEDS_FORK(int, chroot, (const char* path), (path))
LOCKSTEP_NEEDS_FORK(mode_t, umask, (mode_t mode), (mode))
LOCKSTEP_NEEDS_FORK(int, setrlimit, (__rlimit_resource_t what, const struct rlimit* limit), (what, limit))
LOCKSTEP_NEEDS_FORK(int, setrlimit64, (__rlimit_resource_t what, const struct rlimit64* limit), (what, limit))

// Answers that the kernel writes into memory, which may be a watched page
LOCKSTEP_FILLS(int, stat, (const char* path, struct stat* s), (path, s), s, sizeof *s)
LOCKSTEP_FILLS(int, stat64, (const char* path, struct stat64* s), (path, s), s, sizeof *s)
LOCKSTEP_FILLS(int, lstat, (const char* path, struct stat* s), (path, s), s, sizeof *s)
LOCKSTEP_FILLS(int, lstat64, (const char* path, struct stat64* s), (path, s), s, sizeof *s)
LOCKSTEP_FILLS(int, fstat, (int fd, struct stat* s), (fd, s), s, sizeof *s)
LOCKSTEP_FILLS(int, fstat64, (int fd, struct stat64* s), (fd, s), s, sizeof *s)
LOCKSTEP_FILLS(int, fstatat, (int at, const char* path, struct stat* s, int flags), (at, path, s, flags), s, sizeof *s)
LOCKSTEP_FILLS(int, fstatat64, (int at, const char* path, struct stat64* s, int flags), (at, path, s, flags), s,
               sizeof *s)
LOCKSTEP_FILLS(int, statx, (int at, const char* path, int flags, unsigned mask, struct statx* s),
               (at, path, flags, mask, s), s, sizeof *s)
LOCKSTEP_FILLS(int, statfs, (const char* path, struct statfs* s), (path, s), s, sizeof *s)
LOCKSTEP_FILLS(int, fstatfs, (int fd, struct statfs* s), (fd, s), s, sizeof *s)
LOCKSTEP_FILLS(char*, getcwd, (char* p, std::size_t n), (p, n), p, n)
LOCKSTEP_FILLS(ssize_t, readlink, (const char* path, char* p, std::size_t n), (path, p, n), p, n)
LOCKSTEP_FILLS(ssize_t, readlinkat, (int at, const char* path, char* p, std::size_t n), (at, path, p, n), p, n)
LOCKSTEP_FILLS(int, uname, (utsname * u), (u), u, sizeof *u)
LOCKSTEP_FILLS(int, sysinfo, (struct sysinfo * s), (s), s, sizeof *s)
LOCKSTEP_FILLS(int, getrlimit, (__rlimit_resource_t what, struct rlimit* limit), (what, limit), limit, sizeof *limit)
LOCKSTEP_FILLS(int, getrlimit64, (__rlimit_resource_t what, struct rlimit64* limit), (what, limit), limit,
               sizeof *limit)
LOCKSTEP_EXPORT int ioctl(int fd, unsigned long request, ...) {
  va_list list;
  va_start(list, request);
  void* argument = va_arg(list, void*);
  va_end(list);
  LOCKSTEP_HOOK(LOCKSTEP_REAL(ioctl)(fd, request, argument));
  constexpr u64 kLargest = 256;  // nothing is known about the request; touching too much costs nothing
  outside::kernel_writes(argument, kLargest);
  ++t.effects;
  return LOCKSTEP_REAL(ioctl)(fd, request, argument);
}

// Time that the process has used is virtual time
LOCKSTEP_EXPORT int getrusage(__rusage_who_t who, struct rusage* usage) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(getrusage)(who, usage));
  fill_bytes(usage, 0, sizeof *usage);
  timespec now = clocks::split(program.now());
  usage->ru_utime = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}
LOCKSTEP_EXPORT clock_t times(struct tms* used) {
  LOCKSTEP_HOOK(LOCKSTEP_REAL(times)(used));
  clock_t now = static_cast<clock_t>(program.now() / 10000000);  // ticks of 1/100 s
  if (used) *used = {now, 0, 0, 0};
  return now;
}
