#include "detect/exit.h"

#include "program/heap.h"
#include "program/lifecycle.h"
#include "program/program.h"
#include "program/snapshot.h"
#include "record/recorder.h"

namespace lockstep::runtime::detect {
namespace {

constexpr u16 kReached = 2;

// Blocks to look through: marked reachable, contents not scanned yet. Lives behind the execution's other data.
struct Search {
  List<heap::Header*> blocks;  // all live ones in address order
  List<heap::Header*> todo;
  u32 unreached = 0;
};

heap::Header* block_of(Search& s, u64 pointer) {
  u32 low = 0, high = s.blocks.size;
  while (low < high) {
    u32 middle = (low + high) / 2;
    if (reinterpret_cast<u64>(heap::user_of(s.blocks[middle])) <= pointer) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == 0) return nullptr;
  heap::Header* h = s.blocks[low - 1];
  return pointer < reinterpret_cast<u64>(heap::user_of(h)) + (h->size ? h->size : 1) ? h : nullptr;
}

void reach(Search& s, u64 pointer) {
  if (!heap::in_execution_area(pointer)) return;
  heap::Header* h = block_of(s, pointer);
  if (!h || (h->flags & kReached)) return;
  h->flags |= kReached;
  if (!(h->flags & heap::kLibraryOwned)) --s.unreached;
  s.todo.push(program.graph.memory(), h);
}

void scan(Search& s, u64 low, u64 high) {
  for (u64 p = (low + 7) & ~u64{7}; p + 8 <= high; p += 8) reach(s, *reinterpret_cast<const u64*>(p));
}

void scan_page(u64 address, u64 size, void* search) { scan(*static_cast<Search*>(search), address, address + size); }

// Conservative reachability from globals, thread-local storage, and the stacks of threads that still exist.
void find_leaks(Thread& t, const u16* live, u32 count) {
  Search s;
  u32 suspects = 0;
  heap::for_each_block(
      [](heap::Header* h, void* n) {
        if (h->state == heap::kLive && !(h->flags & heap::kLibraryOwned)) ++*static_cast<u32*>(n);
      },
      &suspects);
  if (suspects == 0) return;
  heap::for_each_block(
      [](heap::Header* h, void* search) {
        if (h->state == heap::kLive) static_cast<Search*>(search)->blocks.push(program.graph.memory(), h);
      },
      &s);
  // Arenas ascend, the blocks of each descend.
  for (u32 first = 0; first < s.blocks.size;) {
    u32 end = first + 1;
    while (end < s.blocks.size && s.blocks[end] < s.blocks[end - 1]) ++end;
    for (u32 i = first, k = end - 1; i < k; ++i, --k) {
      heap::Header* swap = s.blocks[i];
      s.blocks[i] = s.blocks[k];
      s.blocks[k] = swap;
    }
    first = end;
  }
  s.unreached = suspects;
  snapshot::for_each_hot(scan_page, &s);
  for (u32 i = 0; i < count; ++i) {
    Thread& other = program.thread(live[i]);
    u64 low = &other == &t ? reinterpret_cast<u64>(__builtin_frame_address(0)) : reinterpret_cast<u64>(other.fiber.sp);
    scan(s, low, other.stack_high);
    reach(s, reinterpret_cast<u64>(other.argument));
    scan(s, tls::low_of(other.fiber.fs), tls::high_of(other.fiber.fs));
  }
  for (u32 i = 0; i < program.thread_count(); ++i) reach(s, reinterpret_cast<u64>(program.thread(i).result));
  lifecycle::for_each_root([](u64 pointer, void* search) { reach(*static_cast<Search*>(search), pointer); }, &s);
  while (s.todo.size && s.unreached) {
    heap::Header* h = s.todo[--s.todo.size];
    u64 user = reinterpret_cast<u64>(heap::user_of(h));
    scan(s, user, user + h->size);
  }
  if (!s.unreached) return;
  for (heap::Header* h : s.blocks) {
    if (h->flags & (kReached | heap::kLibraryOwned)) continue;
    if (program.recording) recorder::leaked(reinterpret_cast<u64>(heap::user_of(h)));
    program.bug(Kind::kLeak, &program.thread(h->thread), reinterpret_cast<u64>(heap::user_of(h)), h->pc);
  }
}

}  // namespace

void at_exit(Thread& t, int status, const u16* live, u32 count) {
  if ((status & 0xff) != 0 && !program.config.ignore_exit_status) {
    program.bug(Kind::kExitStatus, &t, 0, t.wait_pc, "", status & 0xff);
  }
  for (u32 i = 0; i < count; ++i) {
    Thread& other = program.thread(live[i]);
    if (&other != &t)
      program.warn(Kind::kThreadLeak, &other, 0, other.create_pc, "a thread is alive when the process exits");
  }
  if (program.config.detect_leaks) find_leaks(t, live, count);
}

}  // namespace lockstep::runtime::detect
