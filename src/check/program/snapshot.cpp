#include "program/snapshot.h"

#include <sys/mman.h>
#include <sys/syscall.h>

#include "fiber/fiber.h"
#include "program/heap.h"
#include "program/modules.h"

namespace lockstep::runtime::snapshot {
namespace {

constexpr u64 kPage = 4096;

struct Range {
  u64 low, high;
  u8* copy;
  u8* hot;  // a byte a page
};
constexpr u32 kMaxRanges = 512;
Range g_ranges[kMaxRanges];
u32 g_range_count = 0;
Table<u64> g_hot;
Table<u8*> g_hot_copy;
bool g_taken = false;
u32 g_restores = 0;

void protect(u64 low, u64 size, int how) {
  raw_syscall(SYS_mprotect, static_cast<i64>(low), static_cast<i64>(size), how);
}

bool all_zero(const u64* page) {
  for (u64 i = 0; i < kPage / 8; ++i) {
    if (page[i]) return false;
  }
  return true;
}

void add(u64 low, u64 high) {
  if (low >= high) return;
  if (g_range_count == kMaxRanges) fatal("too many writable segments");
  u64 size = high - low;
  u64 pages = size / kPage;
  Range& r = g_ranges[g_range_count++];
  r = {low, high, static_cast<u8*>(reserve(size)), static_cast<u8*>(reserve(pages))};
  for (u64 page = 0; page < pages; ++page) {
    // The copy is zero as it is: most of a large .bss costs nothing.
    const u64* from = reinterpret_cast<const u64*>(low + page * kPage);
    if (!all_zero(from)) copy_words(r.copy + page * kPage, from, kPage);
  }
  protect(low, size, PROT_READ);
}

Range* range_of(u64 address) {
  for (u32 i = 0; i < g_range_count; ++i) {
    if (address >= g_ranges[i].low && address < g_ranges[i].high) return &g_ranges[i];
  }
  return nullptr;
}

}  // namespace

void take() {
  if (g_taken) drop();
  if (!g_hot.is_open()) {
    g_hot.open(1u << 20);
    g_hot_copy.open(1u << 20);
  }
  g_taken = true;
  g_restores = 0;
  tls::take_snapshot(current_fs());
  for (u32 i = 0; i < modules::count(); ++i) {
    const modules::Module& m = modules::at(i);
    if (m.own || m.loader) continue;
    for (u32 k = 0; k < m.writable_count; ++k) add(m.writable[k].low, m.writable[k].high);
  }
  add(heap::persistent_low(), (heap::persistent_high() + kPage - 1) & ~(kPage - 1));
}

void drop() {
  for (u32 i = 0; i < g_range_count; ++i) {
    Range& r = g_ranges[i];
    protect(r.low, r.high - r.low, PROT_READ | PROT_WRITE);
    raw_syscall(SYS_munmap, reinterpret_cast<i64>(r.copy), static_cast<i64>(r.high - r.low));
    raw_syscall(SYS_munmap, reinterpret_cast<i64>(r.hot),
                static_cast<i64>(((r.high - r.low) / kPage + kPage - 1) & ~(kPage - 1)));
  }
  g_range_count = 0;
  g_hot.clear();
  g_hot_copy.clear();
  g_taken = false;
}

namespace {

// What the loader has resolved stays resolved: it is the same in every execution, and looking functions up again in
// each one would cost more than all the rest.
void keep_resolved() {
  for (u32 i = 0; i < modules::count(); ++i) {
    const modules::Module& m = modules::at(i);
    if (m.own || m.loader) continue;
    for (u64 slot = m.plt_low; slot < m.plt_high; slot += 8) {
      Range* r = range_of(slot);
      if (r && r->hot[(slot - r->low) / kPage]) copy_words(r->copy + (slot - r->low), reinterpret_cast<void*>(slot), 8);
    }
  }
}

}  // namespace

void restore() {
  // New functions are called mostly in the first executions.
  ++g_restores;
  if (g_restores < 16 || (g_restores & 1023) == 0) keep_resolved();
  for (u32 i = 0; i < g_hot.size(); ++i) copy_words(reinterpret_cast<void*>(g_hot[i]), g_hot_copy[i], kPage);
  tls::reset_own();
}

bool fault(u64 address) {
  Range* r = range_of(address);
  if (!r) return false;
  u64 page = (address - r->low) / kPage;
  if (r->hot[page]) return false;
  r->hot[page] = 1;
  g_hot.push(r->low + page * kPage);
  g_hot_copy.push(r->copy + page * kPage);
  protect(r->low + page * kPage, kPage, PROT_READ | PROT_WRITE);
  return true;
}

void touch(u64 address, u64 size) {
  if (!g_taken || !size) return;
  for (u64 a = address & ~(kPage - 1); a < address + size; a += kPage) fault(a);
}

void for_each_hot(void (*visit)(u64, u64, void*), void* argument) {
  for (u32 i = 0; i < g_hot.size(); ++i) visit(g_hot[i], kPage, argument);
}

void for_each_hot_and_copy(void (*visit)(u64, const u8*, void*), void* argument) {
  for (u32 i = 0; i < g_hot.size(); ++i) visit(g_hot[i], g_hot_copy[i], argument);
}

}  // namespace lockstep::runtime::snapshot
