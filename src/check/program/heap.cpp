#include "program/heap.h"

#include <sys/mman.h>
#include <sys/syscall.h>

#include "detect/race.h"
#include "program/modules.h"
#include "program/program.h"
#include "record/recorder.h"

namespace lockstep::runtime::heap {
namespace {

constexpr u64 kPersistentBytes = u64{16} << 30;
constexpr u64 kArenaBytes = u64{64} << 20;
constexpr u64 kArenas = protocol::kMaxThreads;
// The arenas, then what did not fit into them.
constexpr u64 kExecutionBytes = kArenas * kArenaBytes + (u64{64} << 30);
constexpr u64 kKeepDirty = u64{64} << 20;  // beyond this, memory is given back between executions
static_assert(sizeof(Header) == 32);

u8* g_persistent = nullptr;
u8* g_persistent_top = nullptr;
u8* g_execution = nullptr;

struct Arena {
  u8* base;
  u8* end;
  u8* top;
  u8* dirty;  // everything below may hold old data
  Header* newest;
};
Arena g_arenas[kArenas + 1];  // the last one is for large blocks of all threads
u32 g_arenas_used = 0;        // arenas below may be in use in this execution
int g_lock = 0;

// Free lists of the persistent area by size class: powers of two from 32 bytes.
struct Free {
  Free* next;
};
constexpr u32 kClasses = 48;
Free* g_free[kClasses];

u32 class_of(u64 bytes) {
  u32 c = 5;
  while ((u64{1} << c) < bytes) ++c;
  return c;
}

class PersistentLock {
 public:
  PersistentLock() {
    while (__atomic_exchange_n(&g_lock, 1, __ATOMIC_ACQUIRE)) raw_syscall(SYS_sched_yield);
  }
  ~PersistentLock() { __atomic_store_n(&g_lock, 0, __ATOMIC_RELEASE); }
};

Header* header_of(void* block) { return static_cast<Header*>(block) - 1; }

void ensure_open() {
  if (LOCKSTEP_UNLIKELY(!g_persistent)) open();
}

void* allocate_persistent(u64 size, u64 alignment) {
  if (size > kPersistentBytes / 2) return nullptr;
  u64 extra = alignment > 16 ? alignment : 0;
  u32 c = class_of(size + sizeof(Header) + extra);
  PersistentLock lock;
  u8* raw;
  if (g_free[c] && !extra) {
    raw = reinterpret_cast<u8*>(g_free[c]);
    g_free[c] = g_free[c]->next;
  } else {
    if (g_persistent_top + (u64{1} << c) > g_persistent + kPersistentBytes) return nullptr;
    raw = g_persistent_top;
    g_persistent_top += u64{1} << c;
  }
  u64 user = reinterpret_cast<u64>(raw) + sizeof(Header);
  if (extra) user = (user + alignment - 1) & ~(alignment - 1);
  Header* h = reinterpret_cast<Header*>(user) - 1;
  *h = {nullptr, size, 0, kLive, protocol::kNoThread, static_cast<u16>(extra ? 0 : c)};
  fill_bytes(reinterpret_cast<void*>(user), 0, size);
  return reinterpret_cast<void*>(user);
}

void release_persistent(void* block) {
  Header* h = header_of(block);
  if (h->state != kLive) return;
  h->state = kFreed;
  u32 c = h->flags;
  if (c == 0) return;  // over-aligned: not reused
  PersistentLock lock;
  Free* f = reinterpret_cast<Free*>(h);
  f->next = g_free[c];
  g_free[c] = f;
}

}  // namespace

void open() {
  g_persistent = static_cast<u8*>(reserve(kPersistentBytes, false, kHeapArea));
  if (!g_persistent) g_persistent = static_cast<u8*>(reserve(kPersistentBytes));
  g_persistent_top = g_persistent;
  g_execution = static_cast<u8*>(reserve(kExecutionBytes, false, kHeapArea + kPersistentBytes));
  if (!g_execution) g_execution = static_cast<u8*>(reserve(kExecutionBytes));
  for (u32 i = 0; i <= kArenas; ++i) {
    Arena& a = g_arenas[i];
    a.base = a.top = a.dirty = g_execution + i * kArenaBytes;
    a.end = i < kArenas ? a.base + kArenaBytes : g_execution + kExecutionBytes;
  }
}

void reset() {
  ensure_open();
  for (u32 i = 0; i <= kArenas; i = i + 1 == g_arenas_used ? static_cast<u32>(kArenas) : i + 1) {
    Arena& a = g_arenas[i];
    if (a.top > a.dirty) a.dirty = a.top;
    if (a.dirty > a.base + kKeepDirty) {
      raw_syscall(SYS_madvise, reinterpret_cast<i64>(a.base), a.dirty - a.base, MADV_DONTNEED);
      a.dirty = a.base;
    }
    a.top = a.base;
    a.newest = nullptr;
  }
  g_arenas_used = 1;
}

namespace {
// Takes a block from an arena; null if it does not fit.
Header* carve(Arena& arena, u64 size, u64 alignment) {
  u64 user = (reinterpret_cast<u64>(arena.top) + sizeof(Header) + alignment - 1) & ~(alignment - 1);
  // At least one byte between blocks keeps a pointer past the end out of the next one.
  u8* top = reinterpret_cast<u8*>((user + size + 16) & ~u64{15});
  if (top > arena.end) return nullptr;
  u8* from = arena.top;
  arena.top = top;
  if (from < arena.dirty) fill_bytes(from, 0, static_cast<u64>((top < arena.dirty ? top : arena.dirty) - from));
  Header* h = reinterpret_cast<Header*>(user) - 1;
  h->previous = arena.newest;
  arena.newest = h;
  return h;
}
}  // namespace

void* allocate(Thread* t, u64 size, u64 alignment, u64 pc) {
  ensure_open();
  if (!t) return allocate_persistent(size, alignment);
  if (size > kExecutionBytes / 4) return nullptr;
  if (alignment < 16) alignment = 16;
  if (t->id >= g_arenas_used) g_arenas_used = t->id + 1u;
  Header* h = carve(g_arenas[t->id], size, alignment);
  if (!h) h = carve(g_arenas[kArenas], size, alignment);
  if (!h) return nullptr;
  *h = {h->previous, size, pc, kLive, t->id, static_cast<u16>(modules::is_c_library(pc) ? kLibraryOwned : 0)};
  u64 user = reinterpret_cast<u64>(user_of(h));
  ++t->effects;
  if (program.recording) recorder::allocated(*t, user, size);
  return reinterpret_cast<void*>(user);
}

void release(Thread* t, void* block, u64 pc) {
  if (!block) return;
  u64 address = reinterpret_cast<u64>(block);
  if (!in_execution_area(address)) {
    bool persistent =
        address >= reinterpret_cast<u64>(g_persistent) && address < reinterpret_cast<u64>(g_persistent_top);
    if (!persistent) {
      if (t) program.bug(Kind::kCrash, t, address, pc, "free of a pointer that malloc did not return");
      return;
    }
    // Inside an execution it only looks freed: the snapshot brings it back.
    if (t) {
      header_of(block)->state = kFreed;
    } else {
      release_persistent(block);
    }
    return;
  }
  if (!t) return;  // a block of an execution that is over
  Header* h = header_of(block);
  if (h->state == kFreed) {
    if (program.recording) recorder::plain_access(*t, address, 1, true);
    program.bug(Kind::kDoubleFree, t, address, pc);
  }
  if (h->state != kLive) program.bug(Kind::kCrash, t, address, pc, "free of a pointer that malloc did not return");
  race::freed(*t, address, h->size, pc, !modules::is_uninstrumented_library(pc));
  h->state = kFreed;
  ++t->effects;
  if (program.recording) recorder::freed(*t, address);
}

void* resize(Thread* t, void* block, u64 size, u64 pc) {
  if (!block) return allocate(t, size, 16, pc);
  if (size == 0) {
    release(t, block, pc);
    return nullptr;
  }
  u64 old = usable_size(block);
  void* fresh = allocate(t, size, 16, pc);
  if (!fresh) return nullptr;
  copy_bytes(fresh, block, old < size ? old : size);
  release(t, block, pc);
  return fresh;
}

u64 usable_size(void* block) { return block ? header_of(block)->size : 0; }

bool in_execution_area(u64 address) {
  return address >= reinterpret_cast<u64>(g_execution) &&
         address < reinterpret_cast<u64>(g_execution) + kExecutionBytes;
}

void for_each_block(void (*visit)(Header*, void*), void* argument) {
  for (u32 i = 0; i <= kArenas; i = i + 1 == g_arenas_used ? static_cast<u32>(kArenas) : i + 1) {
    for (Header* h = g_arenas[i].newest; h; h = h->previous) visit(h, argument);
  }
}

Header* find(u64 address) {
  if (!in_execution_area(address)) return nullptr;
  u64 i = (address - reinterpret_cast<u64>(g_execution)) / kArenaBytes;
  const Arena& arena = g_arenas[i < kArenas ? i : kArenas];
  if (address >= reinterpret_cast<u64>(arena.top)) return nullptr;
  for (Header* h = arena.newest; h; h = h->previous) {
    u64 user = reinterpret_cast<u64>(user_of(h));
    if (address >= user) return address < user + (h->size ? h->size : 1) ? h : nullptr;
  }
  return nullptr;
}

u64 persistent_low() {
  ensure_open();
  return reinterpret_cast<u64>(g_persistent);
}
u64 persistent_high() {
  ensure_open();
  return reinterpret_cast<u64>(g_persistent_top);
}

}  // namespace lockstep::runtime::heap
