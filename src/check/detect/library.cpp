#include "detect/library.h"

#include <sys/syscall.h>

#include "program/modules.h"
#include "program/tool.h"
#include "record/recorder.h"

namespace lockstep::runtime::library {
namespace {

constexpr std::size_t kMaxSites = 1u << 20;
u64* g_sites = nullptr;  // ascending addresses in the program's file
std::size_t g_count = 0;
struct Range {
  u64 low, high;
};
constexpr std::size_t kMaxRanges = 1u << 16;
Range* g_shared_ptr = nullptr;  // ascending
std::size_t g_shared_ptr_count = 0;
bool g_loaded = false;

// The last answers, by the low bits of the address.
struct Answer {
  u64 pc;
  bool yes;
};
Answer g_answers[1024];

bool search(u64 address) {
  std::size_t low = 0, high = g_count;
  while (low < high) {
    std::size_t middle = (low + high) / 2;
    if (g_sites[middle] < address) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < g_count && g_sites[low] == address;
}

}  // namespace

bool loaded() { return g_loaded; }

void load() {
  if (g_loaded) return;
  g_loaded = true;
  char path[512];
  i64 n =
      raw_syscall(SYS_readlink, reinterpret_cast<i64>("/proc/self/exe"), reinterpret_cast<i64>(path), sizeof path - 1);
  if (n <= 0) return;
  path[n] = 0;
  g_sites = static_cast<u64*>(reserve(kMaxSites * sizeof(u64)));
  const char* arguments[] = {"internal-library-sites", "--program", path, nullptr};
  g_count = tool::run(arguments, g_sites, kMaxSites * sizeof(u64)) / sizeof(u64);
  g_shared_ptr = static_cast<Range*>(reserve(kMaxRanges * sizeof(Range)));
  const char* ranges[] = {"internal-library-sites", "--program", path, "--atomic-shared-ptr", nullptr};
  g_shared_ptr_count = tool::run(ranges, g_shared_ptr, kMaxRanges * sizeof(Range)) / sizeof(Range);
}

bool contains(u64 pc) {
  if (!g_count) return false;
  Answer& a = g_answers[(pc >> 1) % 1024];
  if (a.pc != pc) a = {pc, search(pc - modules::at(0).base)};
  return a.yes;
}

bool in_atomic_shared_ptr(u64 pc) {
  if (!g_shared_ptr_count) return false;
  constexpr u32 kNearest = 6;  // std::swap and the like, where they are not inlined
  u64 frames[kNearest];
  u32 n = recorder::backtrace(frames, kNearest, pc);
  for (u32 i = 0; i < n; ++i) {
    u64 address = frames[i] - 1 - modules::at(0).base;
    for (std::size_t k = 0; k < g_shared_ptr_count && g_shared_ptr[k].low <= address; ++k) {
      if (address < g_shared_ptr[k].high) return true;
    }
  }
  return false;
}

}  // namespace lockstep::runtime::library
