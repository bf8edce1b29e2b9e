#include "record/recorder.h"

#include <stdio.h>
#include <unwind.h>

#include "program/heap.h"
#include "program/modules.h"
#include "program/objects.h"
#include "program/program.h"
#include "record/debugger.h"
#include "record/owners.h"

namespace lockstep::runtime::recorder {
namespace {

using protocol::Event;
using protocol::kNone;
using protocol::Recording;
using protocol::Stack;

struct Allocation {
  u64 address, size;
  Stack stack;
  u32 event;
  u16 thread;
};
struct Release {
  u64 address;
  Stack stack;
  u32 event;
  u16 thread;
  u64 owners[protocol::kMaxOwners];
};
Table<Allocation> g_allocations;
Table<Release> g_releases;

// The plain store whose value is not known yet: it has happened by the time anything else is recorded.
struct {
  u32 event = kNone;
  u64 address = 0;
  u32 size = 0;
} g_unsettled;

u64 g_leaked = 0;

Recording& out() { return program.segment->recording; }

constexpr u32 kMaxDepth = 64;

struct Walk {
  protocol::Frame* frames;
  u32 count;
  bool outside;  // past the runtime's own frames
};

_Unwind_Reason_Code step(_Unwind_Context* context, void* argument) {
  Walk& walk = *static_cast<Walk*>(argument);
  u64 pc = _Unwind_GetIP(context);
  // The unwinder tells with a frame where its callee's frame ends: that completes the previous entry.
  if (walk.outside && walk.count) walk.frames[walk.count - 1].cfa = _Unwind_GetCFA(context);
  if (!pc) return _URC_END_OF_STACK;
  if (modules::is_own(pc)) return walk.outside && walk.count ? _URC_END_OF_STACK : _URC_NO_REASON;
  walk.outside = true;
  if (walk.count == kMaxDepth) return _URC_END_OF_STACK;
  walk.frames[walk.count++] = {pc, 0};
  return _URC_NO_REASON;
}

Stack stack_here() {
  Recording& r = out();
  if (r.frame_count + kMaxDepth > protocol::kMaxFrames) return {0, 0};
  Walk walk = {r.frames + r.frame_count, 0, false};
  _Unwind_Backtrace(step, &walk);
  Stack stack = {r.frame_count, walk.count};
  // The same stack as last time (a thread that reads twice in one line) is stored once.
  r.frame_count += walk.count;
  return stack;
}

void settle() {
  if (g_unsettled.event == kNone) return;
  Event& e = out().events[g_unsettled.event];
  u32 n = g_unsettled.size < 8 ? g_unsettled.size : 8;
  e.value = 0;
  copy_bytes(&e.value, reinterpret_cast<const void*>(g_unsettled.address), n);
  e.flags |= protocol::kFlagValue;
  g_unsettled.event = kNone;
}

bool overlap(u64 a, u64 an, u64 b, u64 bn) { return a < b + (bn ? bn : 1) && b < a + (an ? an : 1); }

bool mentioned(u64 low, u64 size) {
  Recording& r = out();
  for (u32 i = 0; i < r.event_count; ++i) {
    if (overlap(r.events[i].addr, r.events[i].size, low, size)) return true;
  }
  return r.has_bug && overlap(r.bug.addr, 1, low, size);
}

void describe_heap() {
  Recording& r = out();
  r.block_count = 0;
  for (std::size_t i = 0; i < g_allocations.size() && r.block_count < protocol::kMaxBlocks; ++i) {
    const Allocation& a = g_allocations[i];
    if (!mentioned(a.address, a.size)) continue;
    protocol::HeapBlock& b = r.blocks[r.block_count++];
    b = {};
    b.addr = a.address;
    b.size = a.size;
    b.alloc_stack = a.stack;
    b.alloc_event = a.event;
    b.alloc_thread = a.thread;
    b.free_thread = protocol::kNoThread;
    b.free_event = kNone;
    b.leaked = a.address == g_leaked;
    for (std::size_t k = 0; k < g_releases.size(); ++k) {
      if (g_releases[k].address != a.address) continue;
      b.freed = true;
      b.free_stack = g_releases[k].stack;
      b.free_event = g_releases[k].event;
      b.free_thread = g_releases[k].thread;
      for (u32 n = 0; n < protocol::kMaxOwners; ++n) b.owners[n] = g_releases[k].owners[n];
    }
  }
  owners::find(r.blocks, r.block_count);
}

void describe_locks() {
  Recording& r = out();
  r.held_count = 0;
  for (Object* o = objects::all(); o && r.held_count < protocol::kMaxHeld; o = o->next) {
    if (!o->address) continue;
    if (o->owner && o->owner->id != protocol::kNoThread)
      r.held[r.held_count++] = {o->address, o->acquired, o->owner->id};
    for (u32 i = 0; i < o->readers.size && r.held_count < protocol::kMaxHeld; ++i) {
      r.held[r.held_count++] = {o->address, o->acquired, o->readers[i]};
    }
  }
}

}  // namespace

void describe_threads() {
  Recording& r = out();
  r.thread_count = program.thread_count();
  for (u32 i = 0; i < program.thread_count(); ++i) {
    Thread& t = program.thread(i);
    protocol::Thread& to = r.threads[i];
    Stack newest = to.stack;  // of its last event, or of what it waits to do
    to = {};
    to.stack = newest;
    copy_text(to.name, sizeof to.name, t.name);
    to.entry = reinterpret_cast<u64>(t.start);
    to.entry_arg = reinterpret_cast<u64>(t.argument);
    to.entry_callable = t.entry_callable;
    to.stack_low = t.stack_low;
    to.stack_high = t.stack_high;
    to.create_event = t.create_event;
    to.created_by = t.creator;
    to.wait_holder = protocol::kNoThread;
    to.joined = t.joined;
    to.detached = t.detached;
    if (t.state == ThreadState::kFinished) {
      to.state = protocol::ThreadState::kFinished;
      continue;
    }
    bool blocked = t.awaiting || (t.ready && !t.ready(t));
    to.state = blocked ? protocol::ThreadState::kBlocked : protocol::ThreadState::kRunnable;
    to.wait_op = t.wait_op;
    to.wait_mutex = t.wait_op == Op::kCondWake ? t.wait_mutex : 0;
    if (t.waits_for_thread) {
      to.wait_holder = t.waits_for_thread->id;
    } else if (t.waits_for) {
      to.wait_addr = t.waits_for->address;
      if (t.waits_for->owner) to.wait_holder = t.waits_for->owner->id;
    } else if (blocked) {
      to.wait_addr = t.pending.object;
    }
  }
}

void begin() {
  if (!g_allocations.is_open()) {
    g_allocations.open(1u << 20);
    g_releases.open(1u << 20);
  }
  g_allocations.clear();
  g_releases.clear();
  g_unsettled.event = kNone;
  g_leaked = 0;
  owners::begin();
  Recording& r = out();
  r.event_count = r.frame_count = r.thread_count = r.block_count = r.held_count = r.name_count = 0;
  r.truncated = r.has_bug = false;
}

u32 event(const Note& note, Thread& t) {
  settle();
  Recording& r = out();
  if (r.event_count == protocol::kMaxEvents) {
    r.truncated = true;
    return kNone;
  }
  Event& e = r.events[r.event_count];
  e = {};
  e.addr = note.addr;
  e.value = note.value;
  e.old = note.old;
  e.aux = note.aux;
  e.reads_from = note.reads_from;
  e.result = note.result;
  e.thread = t.id;
  e.other = note.other;
  e.flags = note.flags;
  e.op = note.op;
  e.order = note.order;
  e.size = note.size;
  e.rmw = note.rmw;
  e.lock_type = note.lock_type;
  e.stack = stack_here();
  r.threads[t.id].stack = e.stack;
  u32 index = r.event_count++;
  debugger::event(index);
  return index;
}

void stands(Thread& t) {
  Thread* was = running;
  running = nullptr;
  out().threads[t.id].stack = stack_here();
  running = was;
}

u32 count() { return out().event_count; }

void plain_access(Thread& t, u64 address, u32 size, bool write) {
  Thread* was = running;
  running = nullptr;
  Note note;
  note.op = write ? Op::kPlainWrite : Op::kPlainRead;
  note.addr = address;
  note.size = static_cast<u8>(size < 256 ? size : 0);
  if (!write) {
    u32 n = size < 8 ? size : 8;
    copy_bytes(&note.value, reinterpret_cast<const void*>(address), n);
    note.flags = protocol::kFlagValue;
  }
  u32 i = event(note, t);
  if (write && i != kNone) {
    g_unsettled.event = i;
    g_unsettled.address = address;
    g_unsettled.size = size;
  }
  running = was;
}

void race(Thread& t, u16 other, u64 address, u32 size, bool write) {
  Recording& r = out();
  bool there = r.event_count && r.events[r.event_count - 1].thread == t.id &&
               overlap(r.events[r.event_count - 1].addr, r.events[r.event_count - 1].size, address, size);
  // A container that moves its elements reads them, and then frees them.
  if (there && write) there = r.events[r.event_count - 1].op != Op::kPlainRead;
  if (!there) event({.op = write ? Op::kStore : Op::kLoad, .size = static_cast<u8>(size), .addr = address}, t);
  g_unsettled.event = kNone;  // the racing access itself does not happen any more
  program.detail.event = r.event_count - 1;
  for (u32 i = r.event_count - 1; i-- > 0;) {
    const Event& e = r.events[i];
    if (e.thread != other || !overlap(e.addr, e.size, address, size)) continue;
    bool writes = e.op == Op::kPlainWrite || e.op == Op::kStore || e.op == Op::kRmw || e.op == Op::kCas;
    bool reads = e.op == Op::kPlainRead || e.op == Op::kLoad;
    if (writes || (write && reads)) {
      program.detail.other_event = i;
      break;
    }
  }
}

void name(u64 address, const char* text) {
  Recording& r = out();
  if (r.name_count == protocol::kMaxNames) return;
  protocol::Name& n = r.names[r.name_count++];
  n.addr = address;
  copy_text(n.name, sizeof n.name, text);
}

void allocated(Thread& t, u64 address, u64 size) {
  Thread* was = running;
  running = nullptr;
  if (!g_allocations.full()) g_allocations.push({address, size, stack_here(), out().event_count, t.id});
  running = was;
}

void freed(Thread& t, u64 address) {
  Thread* was = running;
  running = nullptr;
  if (!g_releases.full()) {
    Release& release = g_releases.push({address, stack_here(), out().event_count, t.id, {}});
    // Its owner still points to it, as a rule, but not for long.
    protocol::HeapBlock block = {};
    block.addr = address;
    block.size = heap::usable_size(reinterpret_cast<void*>(address));
    owners::find(&block, 1);
    for (u32 n = 0; n < protocol::kMaxOwners; ++n) release.owners[n] = block.owners[n];
  }
  running = was;
}

void leaked(u64 address) { g_leaked = address; }

void end(bool has_bug) {
  settle();
  Recording& r = out();
  r.has_bug = has_bug;
  r.bug = program.found;
  if (has_bug && r.bug.event == kNone && r.event_count) {
    // Where it happened: an event of its own, so that the place and the stack are known.
    r.bug.event = r.event_count - 1;
  }
  r.warning_count = program.warning_count;
  for (u32 i = 0; i < program.warning_count; ++i) r.warnings[i] = program.warnings[i];
  describe_threads();
  describe_locks();
  describe_heap();
  fflush(nullptr);
}

u32 backtrace(u64* frames, u32 capacity, u64 pc) {
  protocol::Frame buffer[kMaxDepth];
  Walk walk = {buffer, 0, false};
  _Unwind_Backtrace(step, &walk);
  u32 n = 0;
  if (walk.count == 0 && pc && capacity) frames[n++] = pc;
  for (u32 i = 0; i < walk.count && n < capacity; ++i) frames[n++] = buffer[i].pc;
  return n;
}

}  // namespace lockstep::runtime::recorder
