// Borrowed TLS blocks: see fiber.h.
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/syscall.h>

#include "base/real.h"
#include "fiber/fiber.h"

namespace lockstep::runtime::tls {
namespace {

constexpr u32 kMaxBlocks = 1024;
constexpr std::size_t kPthreadBytes = 2304;  // sizeof(struct pthread), glibc 2.36; asked of libc where it says

u64 g_blocks[kMaxBlocks];
u32 g_count = 0;
u32 g_saved = 0;
u64 g_own = 0;
u8* g_images = nullptr;  // kMaxBlocks + 1 images; the last one is the engine thread's
std::size_t g_below = 0;
std::size_t g_above = 0;

int measure(dl_phdr_info* info, std::size_t, void* argument) {
  u64 fs = *static_cast<u64*>(argument);
  u64 data = reinterpret_cast<u64>(info->dlpi_tls_data);
  // Modules with static TLS lie right below the thread pointer; others (dlopen) have blocks of their own.
  if (data && data < fs && fs - data < (1u << 20) && fs - data > g_below) g_below = fs - data;
  return 0;
}

void measure_once() {
  if (g_above) return;
  u64 fs = current_fs();
  dl_iterate_phdr(measure, &fs);
  g_below = (g_below + 15) & ~std::size_t{15};
  const u32* told = static_cast<const u32*>(real_symbol("_thread_db_sizeof_pthread"));
  g_above = told && *told >= 1024 && *told <= 8192 ? *told : kPthreadBytes;
  g_above &= ~std::size_t{7};
}

// The body of a borrowed thread: says where its TLS is, then sleeps for ever.
void* lend(void* argument) {
  u64* slot = static_cast<u64*>(argument);
  u64 fs = current_fs();
  __atomic_store_n(slot, fs, __ATOMIC_RELEASE);
  raw_syscall(SYS_futex, reinterpret_cast<i64>(slot), 1 /* wake */, 1);
  u32 never = 0;
  for (;;) raw_syscall(SYS_futex, reinterpret_cast<i64>(&never), 0 /* wait */, 0);
}

u8* image(u32 i) { return g_images + static_cast<std::size_t>(i) * (g_below + g_above); }

}  // namespace

u32 grow(u32 n) {
  measure_once();
  lockstep_has_fsgsbase = (getauxval(AT_HWCAP2) & 2) != 0;  // the kernel's consent: Linux 5.9 and later
  if (n > kMaxBlocks) n = kMaxBlocks;
  sigset_t all, before;
  sigfillset(&all);
  raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, reinterpret_cast<i64>(&all), reinterpret_cast<i64>(&before), 8);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  // The TLS block lies at the end of the stack.
  pthread_attr_setstacksize(&attributes, (64 << 10) + ((g_below + 4095) & ~std::size_t{4095}));
  while (g_count < n) {
    u64* slot = &g_blocks[g_count];
    *slot = 0;
    pthread_t handle;
    if (real().pthread_create(&handle, &attributes, lend, slot) != 0) break;
    while (__atomic_load_n(slot, __ATOMIC_ACQUIRE) == 0) raw_syscall(SYS_futex, reinterpret_cast<i64>(slot), 0, 0);
    ++g_count;
  }
  raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, reinterpret_cast<i64>(&before), 0, 8);
  return g_count;
}

u32 foreign_threads() {
  char buffer[4096];
  i64 fd = raw_syscall(SYS_openat, AT_FDCWD, reinterpret_cast<i64>("/proc/self/task"), O_RDONLY | O_DIRECTORY);
  if (fd < 0) return 0;
  u32 n = 0;
  for (;;) {
    i64 bytes = raw_syscall(SYS_getdents64, fd, reinterpret_cast<i64>(buffer), sizeof buffer);
    if (bytes <= 0) break;
    for (i64 at = 0; at < bytes;) {
      u16 length;
      copy_bytes(&length, buffer + at + 16, 2);
      if (buffer[at + 19] != '.') ++n;
      at += length;
    }
  }
  raw_syscall(SYS_close, fd);
  u32 known = 1 + g_count;
  return n > known ? n - known : 0;
}

u32 count() { return g_count; }
u64 block(u32 i) { return g_blocks[i]; }
std::size_t bytes_below() { return g_below; }
std::size_t bytes_above() { return g_above; }

void take_snapshot(u64 own) {
  std::size_t bytes = g_below + g_above;
  if (!g_images) g_images = static_cast<u8*>(reserve((kMaxBlocks + 1) * bytes));
  g_own = own;
  for (u32 i = 0; i < g_count; ++i) copy_bytes(image(i), reinterpret_cast<u8*>(g_blocks[i] - g_below), bytes);
  copy_bytes(image(kMaxBlocks), reinterpret_cast<u8*>(own - g_below), bytes);
  g_saved = g_count;
}

void reset(u32 i) {
  if (i < g_saved) copy_words(reinterpret_cast<u8*>(g_blocks[i] - g_below), image(i), g_below + g_above);
}

void reset_own() { copy_words(reinterpret_cast<u8*>(g_own - g_below), image(kMaxBlocks), g_below + g_above); }

}  // namespace lockstep::runtime::tls
