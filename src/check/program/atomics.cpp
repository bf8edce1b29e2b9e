#include "program/atomics.h"

#include "detect/library.h"
#include "detect/race.h"
#include "model/paranoid.h"
#include "program/program.h"
#include "program/spin.h"
#include "record/recorder.h"

namespace lockstep::runtime::atomics {
namespace {

using protocol::RmwOp;

constexpr u32 kMaxCandidates = 128;

Value of(const Store& s) { return {s.value[0], s.value[1]}; }

Value truncated(Value v, u32 size) {
  if (size < 8) return {v.low & ((u64{1} << (8 * size)) - 1), 0};
  if (size == 8) return {v.low, 0};
  return v;
}

Order effective(Order order) {
  if (program.model->interleaving) return Order::kSeqCst;
  return order;
}

Value apply(RmwOp op, Value a, Value b, u32 size) {
  unsigned __int128 x = static_cast<unsigned __int128>(a.high) << 64 | a.low;
  unsigned __int128 y = static_cast<unsigned __int128>(b.high) << 64 | b.low;
  switch (op) {
    case RmwOp::kExchange:
      x = y;
      break;
    case RmwOp::kAdd:
      x += y;
      break;
    case RmwOp::kSub:
      x -= y;
      break;
    case RmwOp::kAnd:
      x &= y;
      break;
    case RmwOp::kOr:
      x |= y;
      break;
    case RmwOp::kXor:
      x ^= y;
      break;
    case RmwOp::kNand:
      x = ~(x & y);
      break;
  }
  return truncated({static_cast<u64>(x), static_cast<u64>(x >> 64)}, size);
}

// The thread waits for its turn; before a read it may have finished a pure spin iteration.
void turn(Thread& t, u64 address, u32 size, Op op, bool reads, bool writes, u64 pc) {
  t.wait_pc = pc;
  if (reads && spin::iteration_ended(t)) {
    t.awaiting = true;
    t.wait_op = op;
  }
  Footprint next;
  next.object = address;
  next.bytes = size;
  next.op = op;
  next.write = writes;
  program.visible(t, next);
  if (t.awaiting) {
    t.awaiting = false;
    t.must_progress = t.await_reads == 1;
  }
}

// Every access so far is ordered before this one: only the newest store is left.
bool only_newest(const Location& l, const Thread& t) {
  const Store* s = l.last;
  return s->initial || t.clock->get(s->thread) >= s->index;
}

u32 read_candidates(Thread& t, Location& l, Order order, bool writes, Store** out, bool locked = false) {
  if (only_newest(l, t)) {
    out[0] = l.last;
    return 1;
  }
  Query q = {&l, program.known_to(t), t.id, t.index + 1, order, true, writes, locked};
  return program.model->reads(program.graph, q, out, kMaxCandidates);
}

// After a pure spin iteration of one read: only what is newer than last time is worth looking at.
u32 drop_seen(Thread& t, Location& l, Store** out, u32 n) {
  if (!t.must_progress) return n;
  t.must_progress = false;
  const History* h = t.id < l.history.size ? l.history[t.id] : nullptr;
  if (!h || !h->seen.size) return n;
  u64 seen = h->seen.back().store->position;
  u32 kept = 0;
  for (u32 i = 0; i < n; ++i) {
    if (out[i]->position > seen) out[kept++] = out[i];
  }
  return kept ? kept : n;
}

// The stores that an RMW may not read because another one does.
u32 taken_candidates(Thread& t, Location& l, const Value* expected, Store** out) {
  if (only_newest(l, t)) return 0;
  const Store* bound = program.graph.coherence_bound(l, t.clock);
  u32 n = 0;
  for (Store* s = l.last;; s = s->previous) {
    if (s->rmw && (!expected || of(*s) == *expected)) {
      if (n == kMaxCandidates) {
        program.graph.approximated = true;
        break;
      }
      out[n++] = s;
    }
    if (s == bound) break;
  }
  return n;
}

// Which store is read. `candidates` fills a list and says how many; `expected`: of a compare-exchange.
template <class Candidates>
Store* choose_store(Thread& t, Location& l, Op op, const Value* expected, const Candidates& candidates) {
  Optimal* optimal = program.optimal;
  if (optimal) {
    if (Store* planned = optimal->planned_read(t, l, op)) return planned;
  }
  static Store* candidate[2 * kMaxCandidates];  // not on the stack, see Inside
  u32 n = drop_seen(t, l, candidate, candidates(candidate));
  if (!optimal) return candidate[program.choose(ChoiceKind::kReadsFrom, n, t)];
  static Store* taken[kMaxCandidates];
  u32 m = op == Op::kLoad ? 0 : taken_candidates(t, l, expected, taken);
  return optimal->read(t, candidate, n, taken, m);
}

void observe(Thread& t, Location& l, const Store* s) {
  // A store that is not the newest can be replaced by a newer one at any time.
  spin::note_read(t, &l.version, s == l.last ? l.version : l.version - 1);
}

void synchronize(Thread& t, const Store& s, Order order) {
  Bump& memory = program.graph.memory();
  if (!s.sync) return;
  if (is_acquire(order)) {
    t.clock = Clock::join(memory, t.clock, s.sync);
  } else {
    t.to_acquire = Clock::join(memory, t.to_acquire ? Clock::copy(memory, t.to_acquire) : nullptr, s.sync);
  }
}

void enter_axiom(Thread& t, Location* l, Store* reads, Store* writes, const Clock* before, Order order,
                 bool rmw = false) {
  if (LOCKSTEP_UNLIKELY(program.config.paranoid)) paranoid::access(t, *l, reads, writes, order, rmw);
  if (program.model->interleaving && !program.graph_mode) return;
  bool sc = order == Order::kSeqCst;
  program.graph.has_sc_access |= sc;
  if (program.graph.accesses().full()) program.finish(Outcome::kDepth);
  const Clock* known = program.seal(t);
  if (t.order) known = program.known_to(t);
  bool locked = rmw || (reads && writes);
  program.graph.accesses().push({l, reads, writes, known, before, t.index, t.id, sc, locked});
  if (locked || (sc && writes)) program.graph.add_barrier(t.id, t.index);
}

void see(Thread& t, const Store& s) {
  program.catch_up(s.now);
  program.add_reads_from(t, s);
}

void release_into(Thread& t, Store& s, Order order) { s.sync = is_release(order) ? s.clock : t.released; }

void write_memory(const Location& l, const Store& s) {
  if (&s == l.last) copy_bytes(reinterpret_cast<void*>(l.address), s.value, l.size);
}

Store& add_store(Thread& t, Location& l, Store* place, Value value, Order order) {
  Store& s = *program.graph.insert_store(l, place, program.optimal ? program.optimal->planned_position() : 0);
  s.now = program.now();
  s.value[0] = value.low;
  s.value[1] = value.high;
  s.thread = t.id;
  s.index = t.index;
  s.event = protocol::kNone;
  s.sc = order == Order::kSeqCst;
  s.clock = program.seal(t);
  release_into(t, s, order);
  write_memory(l, s);
  if (program.optimal) program.optimal->wrote(l, s);
  return s;
}

// The standard library's own accesses, when it is trusted: a full barrier before and after.
class Trusted {
 public:
  Trusted(Thread& t, u64 pc) : t_(t), pc_(pc), fenced_(program.library_fenced && library::contains(pc)) {}
  void barrier() {
    if (LOCKSTEP_UNLIKELY(fenced_)) fence(t_, Order::kSeqCst, pc_);
  }

 private:
  Thread& t_;
  u64 pc_;
  bool fenced_;
};

u16 stale_flag(const Location& l, const Store* s) { return s == l.last ? 0 : protocol::kFlagStale; }

}  // namespace

Value load(Thread& t, u64 address, u32 size, Order order, u64 pc) {
  turn(t, address, size, Op::kLoad, true, false, pc);
  Trusted trusted(t, pc);
  trusted.barrier();
  Location& l = race::atomic(t, address, size, false, pc);
  Order strength = effective(order);
  Store* s =
      choose_store(t, l, Op::kLoad, nullptr, [&](Store** out) { return read_candidates(t, l, strength, false, out); });
  const Clock* before = program.seal(t);
  program.add_event(t, &l);
  synchronize(t, *s, strength);
  program.graph.note(l, t.id, t.index, s, false);
  see(t, *s);
  enter_axiom(t, &l, s, nullptr, before, strength);
  observe(t, l, s);
  Value seen = of(*s);
  if (program.optimal) {
    program.optimal->pretend(t, seen.low);
    if (size <= 8) spin::note_value(t, &l, seen.low, order, false);
  }
  if (program.recording) {
    recorder::event({.op = Op::kLoad,
                     .order = order,
                     .size = static_cast<u8>(size),
                     .addr = address,
                     .value = s->value[0],
                     .reads_from = s->event,
                     .flags = static_cast<u16>(protocol::kFlagValue | stale_flag(l, s))},
                    t);
  }
  trusted.barrier();
  return seen;
}

void store(Thread& t, u64 address, u32 size, Value value, Order order, u64 pc) {
  turn(t, address, size, Op::kStore, false, true, pc);
  Trusted trusted(t, pc);
  trusted.barrier();
  Location& l = race::atomic(t, address, size, true, pc);
  Order strength = effective(order);
  Store* place = program.optimal ? program.optimal->planned_place(t, l) : nullptr;
  if (!place) {
    static Store* candidate[kMaxCandidates];
    u32 n = 1;
    candidate[0] = l.last;
    if (!only_newest(l, t)) {
      Query q = {&l, program.known_to(t), t.id, t.index + 1, strength, false, true};
      n = program.model->places(program.graph, q, candidate, kMaxCandidates);
    }
    place = program.optimal ? program.optimal->place(t, candidate, n)
                            : candidate[program.choose(ChoiceKind::kStorePlace, n, t)];
  }
  const Clock* before = program.seal(t);
  program.add_event(t, &l);
  Store& s = add_store(t, l, place, truncated(value, size), strength);
  program.graph.note(l, t.id, t.index, &s, true);
  enter_axiom(t, &l, nullptr, &s, before, strength);
  ++t.effects;
  if (LOCKSTEP_UNLIKELY(l.overlapped)) race::written(l);
  if (program.recording) {
    u16 flags = protocol::kFlagValue | (&s == l.last ? 0 : protocol::kFlagMoNotLast);
    s.event = recorder::event({.op = Op::kStore,
                               .order = order,
                               .size = static_cast<u8>(size),
                               .addr = address,
                               .value = value.low,
                               .flags = flags},
                              t);
  }
  trusted.barrier();
}

Value rmw(Thread& t, u64 address, u32 size, RmwOp op, Value operand, Order order, u64 pc) {
  turn(t, address, size, Op::kRmw, true, true, pc);
  Trusted trusted(t, pc);
  trusted.barrier();
  Location& l = race::atomic(t, address, size, true, pc);
  Order strength = effective(order);
  Store* s =
      choose_store(t, l, Op::kRmw, nullptr, [&](Store** out) { return read_candidates(t, l, strength, true, out); });
  u16 stale = stale_flag(l, s);
  Value old = of(*s);
  Value fresh = apply(op, old, operand, size);
  const Clock* before = program.seal(t);
  program.add_event(t, &l);
  synchronize(t, *s, strength);
  see(t, *s);
  Store& w = add_store(t, l, s, fresh, strength);
  s->rmw = &w;
  // The release sequence goes on through the RMW.
  if (s->sync) {
    Bump& memory = program.graph.memory();
    w.sync = Clock::join(memory, w.sync ? Clock::copy(memory, w.sync) : nullptr, s->sync);
  }
  program.graph.note(l, t.id, t.index, &w, true);
  program.graph.history(l, t.id).last_read = t.index;
  enter_axiom(t, &l, s, &w, before, strength);
  if (fresh == old) {
    observe(t, l, &w);
  } else {
    ++t.effects;
  }
  if (LOCKSTEP_UNLIKELY(l.overlapped)) race::written(l);
  if (program.recording) {
    w.event = recorder::event({.op = Op::kRmw,
                               .order = order,
                               .size = static_cast<u8>(size),
                               .rmw = op,
                               .addr = address,
                               .value = fresh.low,
                               .old = old.low,
                               .aux = operand.low,
                               .reads_from = s->event,
                               .flags = static_cast<u16>(protocol::kFlagValue | protocol::kFlagOld | stale)},
                              t);
  }
  trusted.barrier();
  return old;
}

bool compare_exchange(Thread& t, u64 address, u32 size, Value& expected, Value desired, Order success, Order failure,
                      bool weak, u64 pc) {
  turn(t, address, size, Op::kCas, true, true, pc);
  Trusted trusted(t, pc);
  trusted.barrier();
  Location& l = race::atomic(t, address, size, true, pc);
  Order on_success = effective(success);
  Order on_failure = effective(failure);
  expected = truncated(expected, size);
  Store* s = choose_store(t, l, Op::kCas, &expected, [&](Store** candidate) -> u32 {
    if (only_newest(l, t)) {
      candidate[0] = l.last;
      return 1;
    }
    // A store with another value may be read like by a load; one with the expected value must also be free to be
    // replaced.
    static Store* all[kMaxCandidates];
    u32 reads = read_candidates(t, l, on_failure, false, all, true);
    u32 n = 0;
    static Store* updates[kMaxCandidates];
    u32 writes = read_candidates(t, l, on_success, true, updates);
    for (u32 i = 0; i < writes; ++i) {
      if (of(*updates[i]) == expected) candidate[n++] = updates[i];
    }
    for (u32 i = 0; i < reads; ++i) {
      if (of(*all[i]) != expected) candidate[n++] = all[i];
    }
    // The newest first: what an interleaving would give.
    for (u32 i = 1; i < n; ++i) {
      if (candidate[i] != l.last) continue;
      candidate[i] = candidate[0];
      candidate[0] = l.last;
    }
    return n;
  });
  bool succeeds = of(*s) == expected;
  u16 spurious = 0;
  if (succeeds && weak && program.config.spurious_wakeups && program.choose(ChoiceKind::kSpurious, 2, t) == 1) {
    succeeds = false;
    spurious = protocol::kFlagSpurious;
  }
  Order strength = succeeds ? on_success : on_failure;
  Value old = of(*s);
  u16 stale = stale_flag(l, s);
  u64 wanted = expected.low;
  const Clock* before = program.seal(t);
  program.add_event(t, &l);
  synchronize(t, *s, strength);
  see(t, *s);
  Store* w = nullptr;
  if (succeeds) {
    w = &add_store(t, l, s, truncated(desired, size), strength);
    s->rmw = w;
    if (s->sync) {
      Bump& memory = program.graph.memory();
      w->sync = Clock::join(memory, w->sync ? Clock::copy(memory, w->sync) : nullptr, s->sync);
    }
    if (LOCKSTEP_UNLIKELY(l.overlapped)) race::written(l);
    program.graph.note(l, t.id, t.index, w, true);
    program.graph.history(l, t.id).last_read = t.index;
    ++t.effects;
  } else {
    expected = old;
    program.graph.note(l, t.id, t.index, s, false);
    if (!spurious) observe(t, l, s);
    if (program.optimal && size <= 8 && !spurious) spin::note_value(t, &l, old.low, failure, true);
  }
  enter_axiom(t, &l, s, w, before, strength, true);
  if (program.recording) {
    u32 e = recorder::event({.op = Op::kCas,
                             .order = success,
                             .size = static_cast<u8>(size),
                             .addr = address,
                             .value = desired.low,
                             .old = old.low,
                             .aux = wanted,
                             .reads_from = s->event,
                             .result = succeeds,
                             .flags = static_cast<u16>(protocol::kFlagValue | protocol::kFlagOld | stale | spurious |
                                                       (succeeds ? 0 : protocol::kFlagFailed))},
                            t);
    if (w) w->event = e;
  }
  trusted.barrier();
  return succeeds;
}

void fence(Thread& t, Order order, u64) {
  if (order == Order::kRelaxed) return;
  Bump& memory = program.graph.memory();
  const Clock* before = program.seal(t);
  program.add_event(t);
  if (is_acquire(order)) t.clock = Clock::join(memory, t.clock, t.to_acquire);
  if (LOCKSTEP_UNLIKELY(program.config.paranoid)) paranoid::fence(t, order);
  const Clock* now = program.seal(t);
  if (is_release(order)) t.released = now;
  if (order == Order::kSeqCst && !program.model->interleaving) {
    program.graph.has_sc_fence = true;
    program.graph.accesses().push({nullptr, nullptr, nullptr, now, before, t.index, t.id, true, false});
    program.graph.add_barrier(t.id, t.index);
  }
  if (program.recording) recorder::event({.op = Op::kFence, .order = order}, t);
}

u32 kernel_read(Thread& t, u64 address, Location** location, u64 pc, const Clock* known) {
  Location& l = race::atomic(t, address, 4, false, pc);
  Store* s = l.last;
  if (program.graph_mode) {
    s = choose_store(t, l, Op::kLoad, nullptr, [&](Store** out) {
      Clock* own = t.clock;
      Bump& memory = program.graph.memory();
      if (known) t.clock = Clock::join(memory, Clock::copy(memory, own), known);
      u32 n = read_candidates(t, l, Order::kRelaxed, false, out);
      t.clock = own;
      return n;
    });
  }
  const Clock* before = program.seal(t);
  program.add_event(t, &l);
  program.graph.note(l, t.id, t.index, s, false);
  see(t, *s);
  enter_axiom(t, &l, s, nullptr, before, Order::kRelaxed);
  *location = &l;
  return static_cast<u32>(s->value[0]);
}

}  // namespace lockstep::runtime::atomics
