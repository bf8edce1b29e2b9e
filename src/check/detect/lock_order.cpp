#include "detect/lock_order.h"

#include "program/program.h"

namespace lockstep::runtime::lock_order {
namespace {

constexpr u32 kMaxLocks = 8;    // held at once; more are not looked at
constexpr u32 kMaxEdges = 512;  // in one execution
constexpr u32 kMaxCycle = 6;

struct Edge {
  u64 held, wanted;
  u64 gates[kMaxLocks];
  const Clock* segments;  // of the thread when it took the second lock
  u32 gate_count;
  u32 segment;
  u16 thread;
  bool held_for_reading, wants_to_read;
};

List<Edge*> g_edges;
struct Accepted {
  u64 a, b;
};
List<Accepted> g_accepted;

bool is_accepted(u64 a, u64 b) {
  for (const Accepted& pair : g_accepted) {
    if ((pair.a == a && pair.b == b) || (pair.a == b && pair.b == a)) return true;
  }
  return false;
}

bool ordered(const Edge& a, const Edge& b) {
  return b.segments->get(a.thread) >= a.segment || a.segments->get(b.thread) >= b.segment;
}

bool may_overlap(const Edge& a, const Edge& b) {
  if (a.thread == b.thread || ordered(a, b)) return false;
  for (u32 i = 0; i < a.gate_count; ++i) {
    for (u32 k = 0; k < b.gate_count; ++k) {
      if (a.gates[i] == b.gates[k]) return false;
    }
  }
  return true;
}

// Extends a path of edges, each of which waits for what the next one holds, until it closes.
bool closes(const Edge** path, u32 n) {
  const Edge& last = *path[n - 1];
  const Edge& first = *path[0];
  if (n > 1 && last.wanted == first.held && !(last.wants_to_read && first.held_for_reading)) return true;
  if (n == kMaxCycle) return false;
  for (const Edge* e : g_edges) {
    if (e->held != last.wanted || (last.wants_to_read && e->held_for_reading)) continue;
    bool fits = true;
    for (u32 i = 0; i < n && fits; ++i) fits = may_overlap(*path[i], *e);
    if (!fits) continue;
    path[n] = e;
    if (closes(path, n + 1)) return true;
  }
  return false;
}

}  // namespace

void reset() {
  g_edges = {};
  g_accepted = {};
}

void accept(u64 a, u64 b) { g_accepted.push(program.graph.memory(), {a, b}); }

void created(Thread& creator, Thread& child) {
  Bump& memory = program.graph.memory();
  if (!creator.segments) creator.segments = Clock::make(memory, 4);
  if (!creator.segments->get(creator.id)) creator.segments = Clock::set(memory, creator.segments, creator.id, 1);
  child.segments = Clock::set(memory, Clock::copy(memory, creator.segments), child.id, 1);
  creator.segments = Clock::copy(memory, creator.segments);
  creator.segments = Clock::set(memory, creator.segments, creator.id, creator.segments->get(creator.id) + 1);
}

void joined(Thread& t, const Thread& target) {
  Bump& memory = program.graph.memory();
  t.segments = Clock::join(memory, t.segments ? Clock::copy(memory, t.segments) : nullptr, target.segments);
}

void taken(Thread& t, u64 lock, bool blocking, bool reads) {
  Bump& memory = program.graph.memory();
  u32 held = t.held.size;
  if (held && held < kMaxLocks && blocking && g_edges.size < kMaxEdges && t.segments) {
    for (u32 i = 0; i < held; ++i) {
      const HeldLock& before = t.held[i];
      if (before.address == lock || is_accepted(before.address, lock)) continue;
      Edge* e = memory.make<Edge>();
      *e = {before.address, lock, {}, t.segments, 0, t.segments->get(t.id), t.id, before.reads, reads};
      for (u32 k = 0; k < held; ++k) {
        if (k != i) e->gates[e->gate_count++] = t.held[k].address;
      }
      const Edge* path[kMaxCycle + 1] = {e};
      if (closes(path, 1)) program.warn(Kind::kLockOrder, &t, lock, t.wait_pc);
      g_edges.push(memory, e);
    }
  }
  t.held.push(memory, {lock, reads});
}

void given_back(Thread& t, u64 lock) {
  for (u32 i = t.held.size; i-- > 0;) {
    if (t.held[i].address != lock) continue;
    t.held.erase_at(i);
    return;
  }
}

}  // namespace lockstep::runtime::lock_order
