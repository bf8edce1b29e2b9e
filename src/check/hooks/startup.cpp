#include "hooks/startup.h"

#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "explore/search.h"
#include "hooks/hook.h"
#include "hooks/process.h"

namespace lockstep::runtime {
namespace {

using Main = int (*)(int, char**, char**);
using Init = void (*)(int, char**, char**);

// What the program's dynamic section says about its initialisers.
struct Image {
  u64 base = 0;
  u64 preinit = 0, preinit_bytes = 0;
  u64 init = 0;
  u64 init_array = 0, init_bytes = 0;
  u64 fini = 0;
  u64 fini_array = 0, fini_bytes = 0;
};
Image g_image;
Main g_main = nullptr;
Init g_old_init = nullptr;  // programs linked before glibc 2.34 bring their own loop
int g_argc = 0;
char** g_argv = nullptr;       // as given
char** g_argv_copy = nullptr;  // what the program sees; it may change it

int read_image(dl_phdr_info* info, std::size_t, void*) {
  Image& image = g_image;
  image.base = info->dlpi_addr;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    if (info->dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
    for (auto* d = reinterpret_cast<const ElfW(Dyn)*>(image.base + info->dlpi_phdr[i].p_vaddr); d->d_tag; ++d) {
      u64 value = d->d_un.d_val;
      switch (d->d_tag) {
        case DT_PREINIT_ARRAY:
          image.preinit = image.base + value;
          break;
        case DT_PREINIT_ARRAYSZ:
          image.preinit_bytes = value;
          break;
        case DT_INIT:
          image.init = image.base + value;
          break;
        case DT_INIT_ARRAY:
          image.init_array = image.base + value;
          break;
        case DT_INIT_ARRAYSZ:
          image.init_bytes = value;
          break;
        case DT_FINI:
          image.fini = image.base + value;
          break;
        case DT_FINI_ARRAY:
          image.fini_array = image.base + value;
          break;
        case DT_FINI_ARRAYSZ:
          image.fini_bytes = value;
          break;
        default:
          break;
      }
    }
  }
  return 1;  // the first module is the program
}

void run_array(u64 array, u64 bytes) {
  for (u64 i = 0; i < bytes / 8; ++i) {
    u64 function = reinterpret_cast<const u64*>(array)[i];
    if (function && function != ~u64{0}) reinterpret_cast<Init>(function)(g_argc, g_argv_copy, environ);
  }
}

void run_initializers() {
  if (g_old_init) {
    g_old_init(g_argc, g_argv_copy, environ);
    return;
  }
  run_array(g_image.preinit, g_image.preinit_bytes);
  if (g_image.init) reinterpret_cast<Init>(g_image.init)(g_argc, g_argv_copy, environ);
  run_array(g_image.init_array, g_image.init_bytes);
}

// The program may permute or change its arguments (getopt does): it gets fresh ones each time. They lie in the
// persistent heap, which every execution finds as it was.
void copy_arguments() {
  g_argv_copy = static_cast<char**>(malloc((static_cast<std::size_t>(g_argc) + 1) * sizeof(char*)));
  for (int i = 0; i < g_argc; ++i) {
    std::size_t n = length(g_argv[i]) + 1;
    g_argv_copy[i] = static_cast<char*>(malloc(n));
    copy_text(g_argv_copy[i], n, g_argv[i]);
  }
  g_argv_copy[g_argc] = nullptr;
}

// On a fiber, as the program's main thread.
int run_program(void*) {
  run_initializers();
  return g_main(g_argc, g_argv_copy, environ);
}

protocol::Segment* open_segment(const char* number) {
  int fd = 0;
  for (; *number; ++number) fd = fd * 10 + (*number - '0');
  i64 p =
      raw_syscall(SYS_mmap, 0, sizeof(protocol::Segment), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
  if (p < 0 && p > -4096) fatal("cannot map the segment that the lockstep process has made");
  raw_syscall(SYS_close, fd);
  auto* segment = reinterpret_cast<protocol::Segment*>(p);
  if (segment->config.magic != protocol::kMagic || segment->config.version != protocol::kVersion) {
    fatal("the lockstep command and its runtime library are of different versions");
  }
  return segment;
}

// The program and what it may start see an environment without our traces.
void clean_environment() {
  unsetenv("LD_PRELOAD");
  unsetenv(protocol::kSegmentVariable);
}

}  // namespace

namespace startup {

void run_finalizers() {
  for (u64 i = g_image.fini_bytes / 8; i-- > 0;) {
    u64 function = reinterpret_cast<const u64*>(g_image.fini_array)[i];
    if (function && function != ~u64{0}) reinterpret_cast<void (*)()>(function)();
  }
  if (g_image.fini && !g_old_init) reinterpret_cast<void (*)()>(g_image.fini)();
}

}  // namespace startup
}  // namespace lockstep::runtime

using namespace lockstep::runtime;

LOCKSTEP_EXPORT int __libc_start_main(Main main, int argc, char** argv, Init init, void (*fini)(), void (*rtld_fini)(),
                                      void* stack_end) {
  const char* number = getenv(lockstep::protocol::kSegmentVariable);
  if (!number) {
    using Start = int (*)(Main, int, char**, Init, void (*)(), void (*)(), void*);
    return reinterpret_cast<Start>(real_symbol("__libc_start_main"))(main, argc, argv, init, fini, rtld_fini,
                                                                     stack_end);
  }
  lockstep::protocol::Segment* segment = open_segment(number);
  clean_environment();
  g_main = main;
  g_argc = argc;
  g_argv = argv;
  g_old_init = init;
  dl_iterate_phdr(read_image, nullptr);
  copy_arguments();
  program.finalizers = startup::run_finalizers;
  search(*segment, run_program, nullptr);
  raw_syscall(SYS_exit_group, 0);
  __builtin_unreachable();
}
