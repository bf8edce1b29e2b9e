#include "hooks/outside.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "detect/race.h"
#include "program/modules.h"
#include "program/snapshot.h"

namespace lockstep::runtime::outside {
namespace {

constexpr const char* kTalk =
    "data between threads through a pipe, socket or event descriptor is not modelled; "
    "use a queue in memory with a mutex and a condition variable in the test";

bool is_standard_stream(int fd) { return fd >= 0 && fd <= 2; }

}  // namespace

Behind behind(int fd) {
  struct stat s;
  if (raw_syscall(SYS_fstat, fd, reinterpret_cast<i64>(&s)) < 0) return Behind::kNothing;
  switch (s.st_mode & S_IFMT) {
    case S_IFREG:
    case S_IFDIR:
    case S_IFLNK:
    case S_IFBLK:
      return Behind::kFile;
    case S_IFCHR:
      return Behind::kDevice;
    default:
      return Behind::kChannel;  // anonymous inodes (eventfd, …) have no type
  }
}

void refuse(const char* function, const char* why, u64 pc) {
  char text[400];
  copy_text(text, sizeof text, function);
  append_text(text, sizeof text, ": ");
  append_text(text, sizeof text, why);
  program.unsupported(text, pc);
}

void refuse_channel(int fd, const char* function, u64 pc) {
  if (!is_standard_stream(fd) && behind(fd) == Behind::kChannel) refuse(function, kTalk, pc);
}

void about_to_read(Thread& t, int fd, const char* function, u64 pc) {
  Behind what = behind(fd);
  if (what == Behind::kNothing || what == Behind::kFile) {
    if (what == Behind::kFile && fd > 2) process::needs_fork(t);  // it moves the file's position
    return;
  }
  if (what == Behind::kChannel && !is_standard_stream(fd)) refuse(function, kTalk, pc);
  pollfd p = {fd, POLLIN, 0};
  bool ready = raw_syscall(SYS_poll, reinterpret_cast<i64>(&p), 1, 0) > 0;
  if (!ready && !(raw_syscall(SYS_fcntl, fd, F_GETFL) & O_NONBLOCK)) {
    refuse(function, "it would wait for input; give the test its input as data", pc);
  }
}

void about_to_write(Thread& t, int fd, const char* function, u64 pc) {
  if (is_standard_stream(fd)) return;
  Behind what = behind(fd);
  if (what == Behind::kChannel) refuse(function, kTalk, pc);
  if (what != Behind::kNothing) process::needs_fork(t);
}

void about_to_open(const char* path, const char* function, u64 pc) {
  if (!path) return;
  if (same_text(path, "/dev/random") || same_text(path, "/dev/urandom") || same_text(path, "/dev/hwrng")) {
    refuse(function, "true random numbers make every execution a different one; give the generator a fixed seed", pc);
  }
  struct stat s;
  if (raw_syscall(SYS_stat, reinterpret_cast<i64>(path), reinterpret_cast<i64>(&s)) == 0 && S_ISFIFO(s.st_mode)) {
    refuse(function, kTalk, pc);
  }
}

void kernel_writes(const volatile void* p, u64 size) {
  constexpr u64 kMost = u64{1} << 31;  // the kernel moves no more at a time
  if (p) snapshot::touch(address_of(p), size < kMost ? size : kMost);
}

void buffer_read(Thread& t, const volatile void* p, u64 size, u64 pc) {
  if (size && !modules::is_uninstrumented_library(pc)) race::plain(t, address_of(p), size, false, pc);
}

void buffer_written(Thread& t, const volatile void* p, u64 size, u64 pc) {
  if (!size) return;
  ++t.effects;
  if (!modules::is_uninstrumented_library(pc)) race::plain(t, address_of(p), size, true, pc);
}

}  // namespace lockstep::runtime::outside
