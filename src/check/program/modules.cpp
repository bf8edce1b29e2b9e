#include "program/modules.h"

#include <link.h>

namespace lockstep::runtime::modules {
namespace {

constexpr u32 kMax = protocol::kMaxModules;
Module g_modules[kMax];
u32 g_count = 0;
Module* g_own = nullptr;
Module* g_libc = nullptr;
Module* g_loader = nullptr;

bool contains(const char* text, const char* part) {
  std::size_t n = length(part);
  for (; *text; ++text) {
    if (equal_bytes(text, part, n < length(text) ? n : length(text)) && length(text) >= n) return true;
  }
  return false;
}

void find_plt(Module& m, dl_phdr_info* info) {
  u64 table = 0, bytes = 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    if (info->dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
    for (auto* d = reinterpret_cast<const ElfW(Dyn)*>(m.base + info->dlpi_phdr[i].p_vaddr); d->d_tag; ++d) {
      if (d->d_tag == DT_PLTGOT) table = d->d_un.d_ptr;
      if (d->d_tag == DT_PLTRELSZ) bytes = d->d_un.d_val / sizeof(ElfW(Rela)) * 8;
    }
  }
  if (!table || !bytes) return;
  if (table < m.low) table += m.base;  // the loader relocates this entry, but not in the vdso
  constexpr u64 kReserved = 24;
  if (table < m.low || table + kReserved + bytes > m.high) return;
  m.plt_low = table + kReserved;
  m.plt_high = m.plt_low + bytes;
}

int add(dl_phdr_info* info, std::size_t, void*) {
  if (g_count == kMax) return 1;
  Module& m = g_modules[g_count];
  fill_bytes(&m, 0, sizeof m);
  m.base = info->dlpi_addr;
  m.low = ~u64{0};
  copy_text(m.path, sizeof m.path, info->dlpi_name ? info->dlpi_name : "");
  m.program = g_count == 0;
  u64 relro_low = 0, relro_high = 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& p = info->dlpi_phdr[i];
    u64 low = m.base + p.p_vaddr;
    if (p.p_type == PT_GNU_RELRO) {
      relro_low = low & ~u64{4095};
      relro_high = (low + p.p_memsz) & ~u64{4095};
    }
  }
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& p = info->dlpi_phdr[i];
    if (p.p_type != PT_LOAD) continue;
    u64 low = m.base + p.p_vaddr;
    u64 high = low + p.p_memsz;
    if (low < m.low) m.low = low;
    if (high > m.high) m.high = high;
    if (p.p_flags & PF_X) {
      if (!m.text_low) m.text_low = low;
      m.text_high = high;
    }
    if (p.p_flags & PF_W) {
      low &= ~u64{4095};
      high = (high + 4095) & ~u64{4095};
      if (relro_high > low && relro_low <= low) low = relro_high;
      if (low < high && m.writable_count < 4) m.writable[m.writable_count++] = {low, high};
    }
  }
  find_plt(m, info);
  u64 here = reinterpret_cast<u64>(&g_modules);
  m.own = here >= m.low && here < m.high;
  m.loader = contains(m.path, "ld-linux") || contains(m.path, "linux-vdso");
  m.c_library = contains(m.path, "/libc.so");
  m.uninstrumented = !m.program && !m.own &&
                     (m.loader || m.c_library || contains(m.path, "/libstdc++") || contains(m.path, "/libc++") ||
                      contains(m.path, "/libgcc_s") || contains(m.path, "/libm.so"));
  if (m.own) g_own = &m;
  if (m.c_library) g_libc = &m;
  if (contains(m.path, "ld-linux")) g_loader = &m;
  ++g_count;
  return 0;
}

bool inside(const Module* m, u64 pc) { return m && pc >= m->low && pc < m->high; }

}  // namespace

void load() {
  g_count = 0;
  g_own = g_libc = g_loader = nullptr;
  dl_iterate_phdr(add, nullptr);
}

u32 count() { return g_count; }
const Module& at(u32 i) { return g_modules[i]; }

const Module* find(u64 pc) {
  for (u32 i = 0; i < g_count; ++i) {
    if (inside(&g_modules[i], pc)) return &g_modules[i];
  }
  return nullptr;
}

bool is_own(u64 pc) { return inside(g_own, pc); }
// The loader is part of it: what it allocates is not the program's to free.
bool is_c_library(u64 pc) { return inside(g_libc, pc) || inside(g_loader, pc); }
bool is_uninstrumented_library(u64 pc) {
  const Module* m = find(pc);
  return m && m->uninstrumented;
}

void describe(protocol::Segment& segment) {
  segment.module_count = 0;
  for (u32 i = 0; i < g_count; ++i) {
    protocol::Module& to = segment.modules[segment.module_count++];
    to.base = g_modules[i].base;
    to.low = g_modules[i].low;
    to.high = g_modules[i].high;
    copy_text(to.path, sizeof to.path, g_modules[i].path);
  }
}

}  // namespace lockstep::runtime::modules
