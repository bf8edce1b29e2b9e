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
// Code of some functions, ascending.
struct Code {
  Range* ranges = nullptr;
  std::size_t count = 0;
};
Code g_shared_ptr, g_lock_algorithm;
bool g_loaded = false;
bool g_lock_algorithm_loaded = false;

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

bool program_path(char* path, std::size_t capacity) {
  i64 n = raw_syscall(SYS_readlink, reinterpret_cast<i64>("/proc/self/exe"), reinterpret_cast<i64>(path),
                      static_cast<i64>(capacity - 1));
  if (n <= 0) return false;
  path[n] = 0;
  return true;
}

void load_code(Code& code, const char* path, const char* which) {
  code.ranges = static_cast<Range*>(reserve(kMaxRanges * sizeof(Range)));
  const char* arguments[] = {"internal-library-sites", "--program", path, which, nullptr};
  code.count = tool::run(arguments, code.ranges, kMaxRanges * sizeof(Range)) / sizeof(Range);
}

// Code that is running now, or one of its nearest callers (std::swap and the like, where they are not inlined).
bool runs_in(const Code& code, u64 pc) {
  if (!code.count) return false;
  constexpr u32 kNearest = 6;
  u64 frames[kNearest];
  u32 n = recorder::backtrace(frames, kNearest, pc);
  for (u32 i = 0; i < n; ++i) {
    u64 address = frames[i] - 1 - modules::at(0).base;
    for (std::size_t k = 0; k < code.count && code.ranges[k].low <= address; ++k) {
      if (address < code.ranges[k].high) return true;
    }
  }
  return false;
}

}  // namespace

bool loaded() { return g_loaded; }

void load() {
  if (g_loaded) return;
  g_loaded = true;
  char path[512];
  if (!program_path(path, sizeof path)) return;
  g_sites = static_cast<u64*>(reserve(kMaxSites * sizeof(u64)));
  const char* arguments[] = {"internal-library-sites", "--program", path, nullptr};
  g_count = tool::run(arguments, g_sites, kMaxSites * sizeof(u64)) / sizeof(u64);
  load_code(g_shared_ptr, path, "--atomic-shared-ptr");
}

void load_lock_algorithm() {
  char path[512];
  if (g_lock_algorithm_loaded || !program_path(path, sizeof path)) return;
  g_lock_algorithm_loaded = true;
  load_code(g_lock_algorithm, path, "--lock-algorithm");
}

bool contains(u64 pc) {
  if (!g_count) return false;
  Answer& a = g_answers[(pc >> 1) % 1024];
  if (a.pc != pc) a = {pc, search(pc - modules::at(0).base)};
  return a.yes;
}

bool in_atomic_shared_ptr(u64 pc) { return runs_in(g_shared_ptr, pc); }
bool in_lock_algorithm(u64 pc) { return runs_in(g_lock_algorithm, pc); }

}  // namespace lockstep::runtime::library
