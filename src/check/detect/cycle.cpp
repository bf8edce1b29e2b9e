#include "detect/cycle.h"

#include <stdio.h>
#include <unwind.h>

#include "detect/library.h"
#include "fiber/fiber.h"
#include "program/heap.h"
#include "program/lifecycle.h"
#include "program/modules.h"
#include "program/objects.h"
#include "program/program.h"
#include "program/snapshot.h"
#include "program/spin.h"

namespace lockstep::runtime::cycle {
namespace {

using protocol::ChoiceKind;
using protocol::kNoThread;

u64 mix(u64 hash, u64 value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15;
  return (hash ^ (hash >> 29)) * 0xbf58476d1ce4e5b9;
}

// ---- Where threads stand

struct Place {
  u64 pc;                   // the call of the hook returns here
  u64 sp;                   // the live stack begins here
  u64 regs[6];              // what the caller expects to find preserved
  u64 site;                 // of the nearest callers too
  bool retried_by_library;  // a try inside of std::lock
};
Place g_places[protocol::kMaxThreads];

constexpr u32 kCallers = 4;

struct Walk {
  Place* place;
  u32 frames;
};

_Unwind_Reason_Code look(_Unwind_Context* context, void* argument) {
  Walk& walk = *static_cast<Walk*>(argument);
  u64 pc = _Unwind_GetIP(context);
  if (!pc) return _URC_END_OF_STACK;
  if (modules::is_own(pc)) return walk.frames ? _URC_END_OF_STACK : _URC_NO_REASON;
  Place& p = *walk.place;
  if (walk.frames++ == 0) {
    // DWARF numbers of the registers that a callee preserves.
    static constexpr int kPreserved[] = {3 /* rbx */, 6 /* rbp */, 12, 13, 14, 15};
    p.pc = pc;
    p.sp = _Unwind_GetCFA(context);
    for (u32 i = 0; i < 6; ++i) p.regs[i] = _Unwind_GetGR(context, kPreserved[i]);
  }
  p.site = mix(p.site, pc);
  return walk.frames == kCallers ? _URC_END_OF_STACK : _URC_NO_REASON;
}

// ---- Steps

struct Step {
  u64 object;
  u64 second;  // condition wait: the mutex
  u64 pc;
  u64 before[2];  // of the atomic object
  u64 after[2];
  u64 signature;
  u64 now;
  u64 clock_reads;               // so far
  u64 chances;                   // so far
  u32 effects, reads, lock_ops;  // of the thread before; what it added, once the step is done
  u32 decisions;
  u16 thread;
  Op op;
  u8 bytes;
  bool done;
  bool spinning;  // repeats what it has read in vain before
  bool waits_again;
  bool retried_by_library;
};
Step g_steps[kMaxSteps];
u32 g_step_count = 0;
u64 g_chances = 0;
constexpr u32 kNoStep = 0xffffffff;
u32 g_newest[protocol::kMaxThreads];   // the last step of each thread
u32 g_enabled[protocol::kMaxThreads];  // 1 + the last step at which it could run; 0: never

bool is_atomic(Op op) { return op == Op::kLoad || op == Op::kStore || op == Op::kRmw || op == Op::kCas; }

// From the graph: the memory may have been unmapped meanwhile.
void read_value(u64 address, u8 bytes, u64 (&value)[2]) {
  value[0] = value[1] = 0;
  for (const Location* l = program.graph.locations(); l; l = l->next) {
    if (l->address != address || l->size != bytes) continue;
    value[0] = l->last->value[0];
    value[1] = l->last->value[1];
    return;
  }
}

void complete(Thread& t) {
  u32 i = g_newest[t.id];
  if (i == kNoStep || g_steps[i].done) return;
  Step& s = g_steps[i];
  s.done = true;
  s.effects = t.effects - s.effects;
  s.reads = t.spin.reads - s.reads;
  s.lock_ops = t.lock_ops - s.lock_ops;
  if (is_atomic(s.op)) read_value(s.object, s.bytes, s.after);
  s.waits_again = t.awaiting;
}

// ---- State

struct Hash {
  u64 sum = 0;
};

// stdio's own buffers and positions: what was printed is not what a program acts on.
bool is_stdio(u64 address) {
  for (FILE* f : {stdout, stderr}) {
    u64 low = reinterpret_cast<u64>(f);
    if (address >= low && address < low + sizeof(FILE) + sizeof(void*)) return true;
  }
  return false;
}

void add_changed_words(u64 address, const u8* was, void* argument) {
  Hash& h = *static_cast<Hash*>(argument);
  const u64* now = reinterpret_cast<const u64*>(address);
  const u64* then = reinterpret_cast<const u64*>(was);
  for (u32 i = 0; i < 512; ++i) {
    u64 place = address + i * 8;
    if (LOCKSTEP_UNLIKELY(now[i] != then[i]) && !is_stdio(place)) h.sum += mix(mix(place, 11), now[i]);
  }
}

void add_block(heap::Header* block, void* argument) {
  if (block->state != heap::kLive || (block->flags & heap::kLibraryOwned)) return;
  Hash& h = *static_cast<Hash*>(argument);
  u64 hash = mix(reinterpret_cast<u64>(block), block->size);
  const u8* from = heap::user_of(block);
  u64 words = block->size / 8;
  for (u64 i = 0; i < words; ++i) hash = mix(hash, reinterpret_cast<const u64*>(from)[i]);
  u64 rest = 0;
  copy_bytes(&rest, from + words * 8, block->size % 8);
  h.sum += mix(hash, rest);
}

void add_root(u64 pointer, void* argument) { static_cast<Hash*>(argument)->sum += mix(pointer, 12); }

u64 hash_words(u64 hash, u64 low, u64 high) {
  for (u64 a = low & ~u64{7}; a + 8 <= high; a += 8) hash = mix(hash, *reinterpret_cast<const u64*>(a));
  return hash;
}

u64 pending_of(const Thread& t) {
  u64 h = mix(t.id, static_cast<u64>(t.pending.op) << 8 | static_cast<u64>(t.wait_op));
  h = mix(h, t.pending.object);
  h = mix(h, u64{t.awaiting} | u64{t.sleeping} << 1 | u64{t.woken} << 2 | u64{t.woke_by_chance} << 3);
  return mix(h, g_places[t.id].site);
}

u64 state_of(Thread& t) {
  if (t.state == ThreadState::kFinished) return mix(t.id, 13);
  const Place& p = g_places[t.id];
  u64 h = mix(pending_of(t), p.pc);
  h = mix(h, p.sp);
  for (u64 r : p.regs) h = mix(h, r);
  h = hash_words(h, p.sp, t.stack_high);
  h = hash_words(h, tls::low_of(t.handle), t.handle);
  h = mix(h, t.pending.second);
  h = mix(h, t.wait_mutex);
  h = mix(h, reinterpret_cast<u64>(t.ready));
  h = mix(h, t.waits_for ? t.waits_for->address : 0);
  h = mix(h, t.deadline == kNever ? kNever : t.deadline - program.now());
  return mix(h, t.awaiting && spin::can_go_on(t));
}

u64 state_of(const Object& o) {
  u64 h = 0;
  if (o.owner) h += mix(o.owner->id, 14);
  if (o.count) h += mix(o.count, 15);
  for (u32 i = 0; i < o.readers.size; ++i) h += mix(o.readers[i], 16);
  u64 order = 0;
  for (u32 i = 0; i < o.waiters.size; ++i) order = mix(order, o.waiters[i]->id + 1u);
  h += order + u64{o.owner_died} * 17 + u64{o.unrecoverable} * 18;
  return h ? mix(mix(o.address, static_cast<u64>(o.kind)), h) : 0;
}

}  // namespace

void reset() {
  g_step_count = 0;
  g_chances = 0;
  for (u32 i = 0; i < protocol::kMaxThreads; ++i) {
    g_newest[i] = kNoStep;
    g_enabled[i] = 0;
  }
}

void parked(Thread& t) {
  complete(t);
  Place& p = g_places[t.id];
  p.site = 0;
  Walk walk = {&p, 0};
  _Unwind_Backtrace(look, &walk);
  p.retried_by_library = t.pending.op == Op::kTryLock && library::in_lock_algorithm(p.pc);
}

u64 site(const Thread& t) { return g_places[t.id].site; }

u64 stack_bytes(const Thread& t) { return t.stack_high - g_places[t.id].sp; }

u64 outline() {
  u64 h = 0;
  for (u32 i = 0; i < program.thread_count(); ++i) {
    Thread& t = program.thread(i);
    if (t.state != ThreadState::kFinished) h += pending_of(t);
  }
  return h;
}

u64 state() {
  Hash h;
  for (u32 i = 0; i < program.thread_count(); ++i) h.sum += state_of(program.thread(i));
  for (Object* o = objects::all(); o; o = o->next) {
    if (o->address) h.sum += state_of(*o);
  }
  snapshot::for_each_hot_and_copy(add_changed_words, &h);
  heap::for_each_block(add_block, &h);
  lifecycle::for_each_root(add_root, &h);
  return h.sum;
}

void begin_step(u32 step, Thread& t, Thread* const* ready, u32 n) {
  for (u32 i = 0; i < n; ++i) {
    if (!waits_for_chance(*ready[i])) g_enabled[ready[i]->id] = step + 1;
  }
  if (step >= kMaxSteps) return;
  Step& s = g_steps[step];
  s = {};
  s.object = t.pending.object;
  s.second = t.pending.second;
  s.op = t.pending.op;
  s.bytes = static_cast<u8>(t.pending.bytes < 256 ? t.pending.bytes : 0);
  s.pc = t.wait_pc;
  s.thread = t.id;
  s.signature = signature_of(t);
  s.now = program.now();
  s.decisions = program.segment->status.decision_count.load(std::memory_order_relaxed);
  s.clock_reads = program.clock_reads;
  s.chances = g_chances;
  s.effects = t.effects;
  s.reads = t.spin.reads;
  s.lock_ops = t.lock_ops;
  s.spinning = t.awaiting;
  s.retried_by_library = g_places[t.id].retried_by_library;
  if (is_atomic(s.op)) read_value(s.object, s.bytes, s.before);
  g_newest[t.id] = step;
  g_step_count = step + 1;
}

void note_chance() { ++g_chances; }

u16 ran(u32 step) { return g_steps[step].thread; }
u64 signature(u32 step) { return g_steps[step].signature; }
u32 decisions_before(u32 step) { return g_steps[step].decisions; }

u64 signature_of(const Thread& t) {
  u64 value[2] = {0, 0};
  if (is_atomic(t.pending.op)) read_value(t.pending.object, static_cast<u8>(t.pending.bytes), value);
  return mix(mix(pending_of(t), value[0]), value[1]);
}

// ---- What a cycle is

namespace {

bool is_try(Op op) {
  switch (op) {
    case Op::kTryLock:
    case Op::kTimedLock:
    case Op::kTryReadLock:
    case Op::kTimedReadLock:
    case Op::kTryWriteLock:
    case Op::kTimedWriteLock:
    case Op::kSemTryWait:
    case Op::kSemTimedWait:
      return true;
    default:
      return false;
  }
}

bool changes(const Step& s) { return is_atomic(s.op) && (s.before[0] != s.after[0] || s.before[1] != s.after[1]); }
bool takes_lock(const Step& s) { return s.lock_ops > 0; }
bool takes_permit(const Step& s) {
  return s.op == Op::kSemWait || ((s.op == Op::kSemTryWait || s.op == Op::kSemTimedWait) && s.effects > 0);
}
bool is_wait(Op op) { return op == Op::kCondWait || op == Op::kCondTimedWait || op == Op::kFutexWait; }

// It came to nothing, and whoever did it will have to do it again.
bool fails(const Step& s) {
  if (is_try(s.op)) return !takes_lock(s) && s.effects == 0;
  if (s.op == Op::kCas || s.op == Op::kRmw) return !changes(s);
  if (s.op == Op::kLoad) return s.spinning && s.waits_again;
  return is_wait(s.op);
}

// What a thread does in a cycle.
struct Conduct {
  u32 steps = 0;
  u32 failures = 0;
  u32 completed = 0;
  u32 failed_first = kNoStep;
  bool gets_on() const { return steps && (completed || !failures); }
};

class Cycle {
 public:
  Cycle(u32 first, u32 last) : first_(first), last_(last) {}

  Verdict judge(bool ends);

 private:
  // Something that a thread has taken and not given back yet.
  struct Taken {
    u64 object;
    u64 before[2];
    bool value;   // an atomic object, which had this value before
    bool failed;  // an attempt failed meanwhile
  };
  static constexpr u32 kMaxTaken = 32;

  bool fair() const;
  Conduct conduct_of(u16 thread) const;
  bool leaves_something_changed(u16 thread) const;
  bool comes_to_rest(const Step& s) const;
  bool taken_by_others(u64 object, u16 thread) const;
  bool lacks_what_others_take(Thread& t, const Conduct& c, bool ends) const;
  static u64 waits_for(const Thread& t) {
    // Asleep on a condition variable or a futex: that is what it waits for, whatever it does when woken.
    return t.waits_for ? t.waits_for->address : t.pending.object;
  }

  u32 first_, last_;
};

// Threads that could run, ran.
bool Cycle::fair() const {
  for (u32 i = 0; i < program.thread_count(); ++i) {
    Thread& t = program.thread(i);
    if (t.state == ThreadState::kFinished || g_enabled[i] <= first_) continue;
    bool in_cycle = g_newest[i] != kNoStep && g_newest[i] >= first_;
    bool permit_taken = t.wait_op == Op::kSemWait && t.waits_for && taken_by_others(t.waits_for->address, t.id);
    if (!in_cycle && !permit_taken) return false;
  }
  return true;
}

// Atomic objects that it changes in the cycle have other values when it is done than when it began: others put them
// back.
bool Cycle::leaves_something_changed(u16 thread) const {
  for (u32 i = first_; i < last_; ++i) {
    const Step& s = g_steps[i];
    if (s.thread != thread || !changes(s)) continue;
    const Step* earliest = nullptr;
    const Step* latest = nullptr;
    for (u32 k = first_; k < last_; ++k) {
      const Step& other = g_steps[k];
      if (other.thread != thread || other.object != s.object || !changes(other)) continue;
      if (!earliest) earliest = &other;
      latest = &other;
    }
    if (earliest->before[0] == latest->after[0] && earliest->before[1] == latest->after[1]) continue;
    // The cycle may begin between the change and its undoing: then each is the other's.
    bool alternates = true;
    const Step* previous = latest;
    for (u32 k = first_; k < last_; ++k) {
      const Step& other = g_steps[k];
      if (other.thread != thread || other.object != s.object || !changes(other)) continue;
      alternates &= other.before[0] == previous->after[0] && other.before[1] == previous->after[1];
      previous = &other;
    }
    if (!alternates) return true;
  }
  return false;
}

// The object has the value again that it had when nobody had touched it: what was taken is given back, however the
// cycle is cut.
bool Cycle::comes_to_rest(const Step& s) const {
  for (u32 i = 0; i < last_; ++i) {
    const Step& first = g_steps[i];
    if (first.object != s.object || !is_atomic(first.op)) continue;
    return first.before[0] == s.after[0] && first.before[1] == s.after[1];
  }
  return false;
}

Conduct Cycle::conduct_of(u16 thread) const {
  Conduct c;
  Taken taken[kMaxTaken];
  u32 n = 0;
  auto find = [&](u64 object, bool value) {
    for (u32 i = n; i-- > 0;) {
      if (taken[i].object == object && taken[i].value == value) return i;
    }
    return kMaxTaken;
  };
  // Round twice: what is taken before the cycle's end is given back after its beginning.
  for (u32 round = 0; round < 2; ++round) {
    auto give_back = [&](u32 i, bool completes) {
      if (round && completes && !taken[i].failed) ++c.completed;
      taken[i] = taken[--n];
    };
    auto take = [&](const Step& s, bool value) {
      if (n == kMaxTaken) return;
      taken[n++] = {s.object, {s.before[0], s.before[1]}, value, false};
    };
    for (u32 i = first_; i < last_; ++i) {
      const Step& s = g_steps[i];
      if (s.thread != thread) continue;
      if (round) ++c.steps;
      if (fails(s)) {
        if (round) ++c.failures;
        if (c.failed_first == kNoStep) c.failed_first = i;
        for (u32 k = 0; k < n; ++k) taken[k].failed = true;
      }
      if (takes_lock(s) || takes_permit(s)) {
        take(s, false);
      } else if (s.op == Op::kCondWait || s.op == Op::kCondTimedWait) {
        u32 k = find(s.second, false);
        if (k < kMaxTaken) give_back(k, false);
      } else if (s.op == Op::kUnlock || s.op == Op::kRwUnlock) {
        u32 k = find(s.object, false);
        if (k < kMaxTaken) give_back(k, true);
      } else if (s.op == Op::kSemPost) {
        u32 k = find(s.object, false);
        if (k < kMaxTaken) {
          give_back(k, true);
        } else if (round) {
          ++c.completed;
        }
      } else if (changes(s)) {
        u32 k = find(s.object, true);
        if (k < kMaxTaken && taken[k].before[0] == s.after[0] && taken[k].before[1] == s.after[1]) {
          give_back(k, true);
        } else if (k == kMaxTaken && !comes_to_rest(s)) {
          take(s, true);
        }
      }
    }
  }
  if (leaves_something_changed(thread)) ++c.completed;
  return c;
}

bool Cycle::taken_by_others(u64 object, u16 thread) const {
  for (u32 i = first_; i < last_; ++i) {
    const Step& s = g_steps[i];
    if (s.thread == thread || s.object != object) continue;
    if (takes_lock(s) || takes_permit(s) || changes(s)) return true;
  }
  return false;
}

bool Cycle::lacks_what_others_take(Thread& t, const Conduct& c, bool ends) const {
  if (c.steps || t.awaiting) {
    // Any of the objects that it fails on.
    if (!c.steps) return taken_by_others(t.pending.object, t.id);
    for (u32 i = first_; i < last_; ++i) {
      const Step& s = g_steps[i];
      if (s.thread != t.id || !fails(s)) continue;
      if (s.op == Op::kCondWait || s.op == Op::kCondTimedWait) {
        if (!ends) {
          // A consumer whose wakeup another one has used up is idle, not starved.
          for (u32 k = first_; k < last_; ++k) {
            if (g_steps[k].op == Op::kNotifyOne && g_steps[k].object == s.object) return false;
          }
        }
        return true;
      }
      if (taken_by_others(s.object, t.id)) return true;
    }
    return false;
  }
  if (t.waits_for_thread || !t.waits_for) return false;
  switch (t.waits_for->kind) {
    case ObjectKind::kRwLock:
    case ObjectKind::kSemaphore:
      return taken_by_others(t.waits_for->address, t.id);
    case ObjectKind::kCondition:
      // What its condition is about is guarded by the mutex that it gave up.
      return t.wait_mutex && taken_by_others(t.wait_mutex, t.id);
    case ObjectKind::kFutex:
      return taken_by_others(t.waits_for->address, t.id);
    default:
      return false;
  }
}

Verdict Cycle::judge(bool ends) {
  Verdict none;
  if (last_ > g_step_count || first_ >= last_ || last_ > kMaxSteps) return none;
  // Who looks at a clock may be waiting for time to pass, which it does even if the checker's clock stands still.
  bool waits_for_time = program.clock_reads != g_steps[first_].clock_reads && program.now() == g_steps[first_].now;
  if (program.exiting || waits_for_time || g_chances != g_steps[first_].chances) return none;
  if (!fair()) return none;
  for (u32 i = first_; i < last_; ++i) {
    if (g_steps[i].retried_by_library && fails(g_steps[i])) return none;
  }
  bool somebody_gets_on = false;
  Thread* first_that_fails = nullptr;
  Thread* overtaken = nullptr;
  u32 overtaken_at = kNoStep;
  for (u32 i = 0; i < program.thread_count(); ++i) {
    Thread& t = program.thread(i);
    if (t.state == ThreadState::kFinished) continue;
    Conduct c = conduct_of(t.id);
    if (c.gets_on()) {
      somebody_gets_on = true;
      if (!first_that_fails) first_that_fails = &t;
      continue;
    }
    if (c.steps) first_that_fails = &t;
    // Who waits all the time is the clearest case; main starts the others and is mostly not what it is about.
    if (lacks_what_others_take(t, c, ends) && (!overtaken || (!c.steps && overtaken_at != kNoStep))) {
      overtaken = &t;
      overtaken_at = c.steps ? c.failed_first : kNoStep;
    }
  }
  if (!first_that_fails) return none;
  Verdict v;
  if (somebody_gets_on && overtaken) {
    v.kind = Kind::kStarvation;
    v.thread = overtaken->id;
    v.object = overtaken_at != kNoStep ? g_steps[overtaken_at].object : waits_for(*overtaken);
    v.pc = overtaken_at != kNoStep ? g_steps[overtaken_at].pc : overtaken->wait_pc;
    v.sleeps = overtaken->sleeping && overtaken->waits_for && overtaken->waits_for->kind == ObjectKind::kCondition;
  } else if (!somebody_gets_on || ends) {
    v.kind = Kind::kLivelock;
    v.in_vain = !somebody_gets_on;
    // Of the places where it fails the first in the program, wherever in the round the cycle begins.
    for (u32 i = first_; i < last_; ++i) {
      const Step& s = g_steps[i];
      if (!s.object || (!somebody_gets_on && !fails(s))) continue;
      if (v.thread != kNoThread && (s.pc > v.pc || (s.pc == v.pc && s.thread >= v.thread))) continue;
      v.thread = s.thread;
      v.object = s.object;
      v.pc = s.pc;
    }
    if (v.thread == kNoThread) {
      v.thread = first_that_fails->id;
      v.pc = first_that_fails->wait_pc;
    }
  }
  return v;
}

}  // namespace

Verdict judge(u32 first, u32 last, bool ends) { return Cycle(first, last).judge(ends); }

// ---- The finding

namespace {

constexpr u32 kTailRecords = 6;

protocol::Decision number(u64 value) {
  return {static_cast<u16>(value), static_cast<u16>(value >> 16), ChoiceKind::kCycle, 0, static_cast<u16>(value >> 32)};
}
u64 number_of(const protocol::Decision& d) {
  return u64{d.n} | static_cast<u64>(d.pick) << 16 | static_cast<u64>(d.thread) << 32;
}

}  // namespace

void report(const Verdict& v, u32 first, u32 last, u32 n) {
  protocol::Segment& segment = *program.segment;
  if (n + kTailRecords > protocol::kMaxDecisions) program.finish(Outcome::kDepth);
  const u64 tail[kTailRecords] = {first, last, static_cast<u64>(v.kind), v.thread, v.object, v.pc};
  for (u64 value : tail) segment.decisions[n++] = number(value);
  segment.status.decision_count.store(n, std::memory_order_relaxed);
  program.detail.repeats = true;
  program.bug(v.kind, v.thread == kNoThread ? nullptr : &program.thread(v.thread), v.object, v.pc);
}

Tail take_tail(const protocol::Decision* decisions, u32& count) {
  Tail t;
  if (count < kTailRecords) return t;
  const protocol::Decision* at = decisions + count - kTailRecords;
  for (u32 i = 0; i < kTailRecords; ++i) {
    if (at[i].kind != ChoiceKind::kCycle) return t;
  }
  t.first = static_cast<u32>(number_of(at[0]));
  t.last = static_cast<u32>(number_of(at[1]));
  u64 kind = number_of(at[2]);
  u64 thread = number_of(at[3]);
  bool sane = (kind == static_cast<u64>(Kind::kLivelock) || kind == static_cast<u64>(Kind::kStarvation)) &&
              thread < protocol::kMaxThreads && t.first < t.last;
  if (!sane) return t;
  t.verdict = {static_cast<Kind>(kind), static_cast<u16>(thread), number_of(at[4]), number_of(at[5])};
  t.present = true;
  count -= kTailRecords;
  return t;
}

}  // namespace lockstep::runtime::cycle
