#include "program/tool.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "program/modules.h"

namespace lockstep::runtime::tool {
namespace {

// In the build tree and where it is installed, for the injected library and for the linked one.
bool find(char* path, std::size_t capacity) {
  if (const char* told = getenv("LOCKSTEP_TOOL")) {
    copy_text(path, capacity, told);
    return true;
  }
  static const char* const kPlaces[] = {"/../lockstep", "/../bin/lockstep", "/../../lockstep", "/../../bin/lockstep"};
  for (u32 i = 0; i < modules::count(); ++i) {
    const modules::Module& m = modules::at(i);
    if (!m.own) continue;
    std::size_t slash = 0;
    for (std::size_t k = 0; m.path[k]; ++k) {
      if (m.path[k] == '/') slash = k;
    }
    for (const char* place : kPlaces) {
      copy_text(path, capacity, m.path);
      path[slash] = 0;
      append_text(path, capacity, place);
      struct stat about;
      if (raw_syscall(SYS_stat, reinterpret_cast<i64>(path), reinterpret_cast<i64>(&about)) == 0 &&
          S_ISREG(about.st_mode)) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace

std::size_t run(const char* const* arguments, void* out, std::size_t capacity) {
  char path[512];
  if (!find(path, sizeof path)) return 0;
  const char* all[16] = {path};
  for (u32 i = 0; arguments[i] && i < 14; ++i) all[i + 1] = arguments[i];
  int ends[2];
  if (raw_syscall(SYS_pipe2, reinterpret_cast<i64>(ends), O_CLOEXEC) < 0) return 0;
  i64 child = raw_syscall(SYS_fork);
  if (child == 0) {
    raw_syscall(SYS_dup2, ends[1], 1);
    raw_syscall(SYS_execve, reinterpret_cast<i64>(path), reinterpret_cast<i64>(all), reinterpret_cast<i64>(environ));
    raw_syscall(SYS_exit_group, 127);
  }
  raw_syscall(SYS_close, ends[1]);
  std::size_t used = 0;
  while (child > 0 && used < capacity) {
    i64 n = raw_syscall(SYS_read, ends[0], reinterpret_cast<i64>(static_cast<u8*>(out) + used),
                        static_cast<i64>(capacity - used));
    if (n <= 0) break;
    used += static_cast<std::size_t>(n);
  }
  raw_syscall(SYS_close, ends[0]);
  int status = 1;
  while (child > 0 && raw_syscall(SYS_wait4, child, reinterpret_cast<i64>(&status), 0, 0) == -4 /* EINTR */) {
  }
  return status == 0 ? used : 0;
}

}  // namespace lockstep::runtime::tool
