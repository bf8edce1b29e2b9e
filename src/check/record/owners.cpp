#include "record/owners.h"

#include "program/heap.h"
#include "program/modules.h"
#include "program/program.h"

namespace lockstep::runtime::owners {
namespace {

constexpr u64 kMaxBytes = u64{256} << 20;
u64 g_searched = 0;

struct Search {
  protocol::HeapBlock* blocks;
  u32 count;
  u64 low, high;  // all blocks lie within
};

bool is_wanted(const protocol::HeapBlock& b) { return b.owners[protocol::kMaxOwners - 1] == 0; }

void note(Search& s, u64 where, u64 value) {
  for (u32 i = 0; i < s.count; ++i) {
    protocol::HeapBlock& b = s.blocks[i];
    if (value < b.addr || value - b.addr >= (b.size ? b.size : 1)) continue;
    if (where >= b.addr && where < b.addr + b.size) return;
    // Pointers to the start come first: the others may be anything's.
    u32 slots = value == b.addr ? protocol::kMaxOwners : protocol::kMaxOwners - 1;
    for (u32 k = 0; k < slots; ++k) {
      if (b.owners[k]) continue;
      b.owners[k] = where;
      break;
    }
    return;
  }
}

// Word by word; the program may have left the memory unreadable for ThreadSanitizer only, never for us.
void search(Search& s, u64 low, u64 high) {
  low = (low + 7) & ~u64{7};
  if (high <= low || g_searched > kMaxBytes) return;
  g_searched += high - low;
  for (u64 at = low; at + 8 <= high; at += 8) {
    u64 value = *reinterpret_cast<const volatile u64*>(at);
    if (value >= s.low && value < s.high) note(s, at, value);
  }
}

}  // namespace

void begin() { g_searched = 0; }

void find(protocol::HeapBlock* blocks, u32 count) {
  if (!count) return;
  Search s = {blocks, count, ~u64{0}, 0};
  bool wanted = false;
  for (u32 i = 0; i < count; ++i) {
    if (!is_wanted(blocks[i])) continue;
    wanted = true;
    if (blocks[i].addr < s.low) s.low = blocks[i].addr;
    u64 end = blocks[i].addr + (blocks[i].size ? blocks[i].size : 1);
    if (end > s.high) s.high = end;
  }
  if (!wanted) return;
  for (u32 i = 0; i < modules::count(); ++i) {
    const modules::Module& m = modules::at(i);
    if (!m.program && m.uninstrumented) continue;
    if (m.own || m.loader || m.c_library) continue;
    for (u32 k = 0; k < m.writable_count; ++k) search(s, m.writable[k].low, m.writable[k].high);
  }
  heap::for_each_block(
      [](heap::Header* h, void* argument) {
        if (h->state != heap::kLive) return;
        u64 low = reinterpret_cast<u64>(heap::user_of(h));
        search(*static_cast<Search*>(argument), low, low + h->size);
      },
      &s);
  for (u32 i = 0; i < program.thread_count(); ++i) {
    const Thread& t = program.thread(i);
    if (t.state == ThreadState::kFinished) continue;
    u64 sp = reinterpret_cast<u64>(__builtin_frame_address(0));
    // The one that runs stands here, unless the checker has a stack of its own; the others where they were left.
    if (sp < t.stack_low || sp >= t.stack_high) sp = reinterpret_cast<u64>(t.fiber.sp);
    if (sp < t.stack_low || sp >= t.stack_high) continue;
    search(s, sp, t.stack_high);
  }
}

}  // namespace lockstep::runtime::owners
