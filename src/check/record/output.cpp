#include "record/output.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/base.h"

namespace lockstep::runtime::output {
namespace {

constexpr int kFirstPrivate = 900;  // out of the way of the program's own descriptors
int g_saved[3] = {-1, -1, -1};
int g_null = -1;
int g_file = -1;
i64* g_limit = nullptr;  // where stop_printing() was called; -1: nowhere. Visible across fork

int move_away(int fd) {
  i64 moved = raw_syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, kFirstPrivate);
  return static_cast<int>(moved);
}

void open_file() {
  if (g_file >= 0) return;
  int fd = static_cast<int>(raw_syscall(SYS_memfd_create, reinterpret_cast<i64>("lockstep-output"), 0));
  g_file = move_away(fd);
  raw_syscall(SYS_close, fd);
}

void empty_file() {
  raw_syscall(SYS_ftruncate, g_file, 0);
  raw_syscall(SYS_lseek, g_file, 0, SEEK_SET);
}

}  // namespace

void redirect() {
  if (g_null < 0) {
    int fd = static_cast<int>(raw_syscall(SYS_openat, AT_FDCWD, reinterpret_cast<i64>("/dev/null"), O_RDWR));
    g_null = move_away(fd);
    raw_syscall(SYS_close, fd);
  }
  for (int i = 1; i <= 2; ++i) {
    if (g_saved[i] < 0) g_saved[i] = move_away(i);
    raw_syscall(SYS_dup2, g_null, i);
  }
}

void capture() {
  open_file();
  empty_file();
  for (int i = 1; i <= 2; ++i) raw_syscall(SYS_dup2, g_file, i);
}

void keep_printed() {
  open_file();
  if (!g_limit) g_limit = static_cast<i64*>(reserve(sizeof(i64), true));
  raw_syscall(SYS_dup2, g_file, 1);
}

void forget_printed() {
  empty_file();
  *g_limit = -1;
}

void stop_printing() {
  fflush(nullptr);
  *g_limit = raw_syscall(SYS_lseek, g_file, 0, SEEK_END);
}

u32 printed(u8* text, u32 capacity, bool* cut) {
  i64 size = *g_limit >= 0 ? *g_limit : raw_syscall(SYS_lseek, g_file, 0, SEEK_END);
  *cut = size > static_cast<i64>(capacity);
  i64 n = raw_syscall(SYS_pread64, g_file, reinterpret_cast<i64>(text), *cut ? static_cast<i64>(capacity) : size, 0);
  return n > 0 ? static_cast<u32>(n) : 0;
}

void collect(protocol::Recording& recording) {
  i64 n = raw_syscall(SYS_pread64, g_file, reinterpret_cast<i64>(recording.output), sizeof recording.output, 0);
  recording.output_bytes = n > 0 ? static_cast<u32>(n) : 0;
  for (int i = 1; i <= 2; ++i) raw_syscall(SYS_dup2, g_null, i);
}

void restore() {
  for (int i = 1; i <= 2; ++i) {
    if (g_saved[i] < 0) continue;
    raw_syscall(SYS_dup2, g_saved[i], i);
    raw_syscall(SYS_close, g_saved[i]);
    g_saved[i] = -1;
  }
}

}  // namespace lockstep::runtime::output
