#include "program/program.h"

#include <sys/mman.h>
#include <sys/syscall.h>

#include "detect/deadlock.h"
#include "detect/exit.h"
#include "detect/race.h"
#include "explore/explorer.h"
#include "program/heap.h"
#include "program/lifecycle.h"
#include "program/modules.h"
#include "program/objects.h"
#include "program/spin.h"
#include "record/recorder.h"

namespace lockstep::runtime {

Program program;
Thread* running = nullptr;

static u64 mix(u64 hash, u64 value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15;
  return (hash ^ (hash >> 29)) * 0xbf58476d1ce4e5b9;
}
static u64 name_of(u32 thread, u32 index) { return static_cast<u64>(thread) << 32 | index; }

bool commute(const Footprint& a, const Footprint& b) {
  if (a.everything || b.everything) return false;
  if (!a.write && !b.write) return true;
  auto touches = [](const Footprint& x, u64 object, u32 bytes) {
    if (!object) return false;
    if (x.object && x.object < object + (bytes ? bytes : 1) && object < x.object + (x.bytes ? x.bytes : 1)) return true;
    return x.second && x.second == object;
  };
  return !touches(a, b.object, b.bytes) && !touches(a, b.second, 0);
}

void Program::open(const protocol::Config& c) {
  config = c;
  model = &find_model(c.model);
  if (stacks_) return;
  graph.open();
  threads_.open(protocol::kMaxThreads);
  stacks_ = static_cast<u8*>(reserve(kStackBytes * protocol::kMaxThreads, false, kStackArea));
  if (!stacks_) stacks_ = static_cast<u8*>(reserve(kStackBytes * protocol::kMaxThreads));
}

namespace {

int run_entry(void* (*)(void*), void*) { return program.entry(program.entry_argument); }

// The outermost frame of every fiber of the program.
void fiber_main(void* argument) {
  Thread& t = *static_cast<Thread*>(argument);
  running = &t;
  if (t.id == 0) {
    int status = run_entry(nullptr, nullptr);
    running = nullptr;
    program.exit_process(t, status, true, 0);
  }
  void* result = t.start(t.argument);
  running = nullptr;
  lifecycle::thread_returns(t, result);
}

}  // namespace

void Program::prepare_thread(Thread& t, u64 fs) {
  u8* stack = stacks_ + t.id * kStackBytes;
  for (; guarded_ <= t.id; ++guarded_) {
    raw_syscall(SYS_mprotect, reinterpret_cast<i64>(stacks_ + guarded_ * kStackBytes), 4096, PROT_NONE);
  }
  t.stack_low = reinterpret_cast<u64>(stack + 4096);
  t.stack_high = reinterpret_cast<u64>(stack + kStackBytes);
  t.fiber.fs = fs;
  t.handle = fs;
  fiber_prepare(t.fiber, stack + kStackBytes, fiber_main, &t);
  graph.add_thread();
  live_.push(graph.memory(), t.id);
}

Outcome Program::run(int (*main_entry)(void*), void* argument) {
  entry = main_entry;
  entry_argument = argument;
  if (++execution_ == 0) {
    // Four billion executions: what is stamped with their numbers must not look current again.
    race::wipe();
    objects::wipe();
    execution_ = 1;
  }
  events_ = fingerprint_ = 0;
  now_ = 0;
  preemptions = 0;
  exiting = false;
  warning_count = 0;
  found = detail = {};
  detail.other = protocol::kNoThread;
  detail.event = detail.other_event = protocol::kNone;
  graph.reset();
  live_ = {};
  objects::reset();
  lifecycle::reset();
  if (segment) segment->status.decision_count.store(0, std::memory_order_relaxed);

  Thread& t = threads_[0];
  fill_bytes(&t, 0, sizeof t);
  thread_count_ = 1;
  t.started = true;
  t.deadline = kNever;
  t.clock = Clock::make(graph.memory(), 4);
  t.creator = protocol::kNoThread;
  t.create_event = protocol::kNone;
  engine.fs = current_fs();
  prepare_thread(t, engine.fs);
  if (recording) recorder::begin();
  explorer->created(t);
  add_event(t);
  fiber_switch(engine, t.fiber);
  return outcome_;
}

void Program::finish(Outcome outcome) {
  running = nullptr;
  outcome_ = outcome;
  if (recording) recorder::end(outcome == Outcome::kBug);
  fiber_switch(dead_, engine);
  __builtin_unreachable();
}

const Clock* Program::seal(Thread& t) {
  ThreadEvent& newest = graph.thread_events(t.id).back();
  if (!newest.clock) newest.clock = Clock::copy(graph.memory(), t.clock);
  return newest.clock;
}

u32 Program::add_event(Thread& t, const void* location) {
  if (t.index > 0) seal(t);
  ++t.index;
  if (LOCKSTEP_UNLIKELY((++events_ & 0xfff) == 0)) segment->status.events.fetch_add(1, std::memory_order_relaxed);
  t.clock = Clock::set(graph.memory(), t.clock, t.id, t.index);
  graph.thread_events(t.id).push(graph.memory(), {location, nullptr});
  return t.index;
}

u32 Program::add_event(Thread& t, Object* object) {
  u32 index = add_event(t, static_cast<const void*>(object));
  u64 self = name_of(t.id, index);
  fingerprint_ += mix(mix(self, object->newest), 1);
  object->newest = self;
  return index;
}

void Program::add_reads_from(Thread& t, const Store& store) {
  fingerprint_ += mix(mix(name_of(t.id, t.index), name_of(store.thread, store.index)), 2);
}

u64 Program::fingerprint() {
  u64 hash = fingerprint_;
  for (Location* l = graph.locations(); l; l = l->next) {
    for (Store* s = l->first; s->next; s = s->next) {
      hash += mix(mix(name_of(s->next->thread, s->next->index), name_of(s->thread, s->index)), 3);
    }
  }
  for (u32 i = 0; i < thread_count_; ++i) hash += mix(name_of(i, threads_[i].index), 4);
  return hash;
}

u32 Program::choose(ChoiceKind kind, u32 n, Thread& t) {
  if (n <= 1) return 0;
  u32 pick = explorer->choice(kind, n, t);
  if (LOCKSTEP_UNLIKELY(pick >= n)) finish(explorer->diverged() ? Outcome::kDiverged : Outcome::kPruned);
  u32 i = segment->status.decision_count.load(std::memory_order_relaxed);
  if (LOCKSTEP_UNLIKELY(i >= protocol::kMaxDecisions)) finish(Outcome::kDepth);
  segment->decisions[i] = {static_cast<u16>(n), static_cast<u16>(pick), kind, 0, t.id};
  segment->status.decision_count.store(i + 1, std::memory_order_relaxed);
  if (kind != ChoiceKind::kReadsFrom && kind != ChoiceKind::kStorePlace) {
    fingerprint_ += mix(mix(name_of(t.id, t.index), pick), 5);
  }
  return pick;
}

static bool enabled(const Thread& t) {
  if (t.awaiting) return spin::can_go_on(t);
  return !t.ready || t.ready(t);
}

Thread* Program::pick(Thread* current) {
  Thread* ready[protocol::kMaxThreads];
  u32 n = 0;
  bool resumable = false;
  if (current && enabled(*current)) {
    if (current->local) return current;
    ready[n++] = current;
    resumable = true;
  }
  for (u16 id : live_) {
    Thread& t = threads_[id];
    if (&t == current || !enabled(t)) continue;
    if (t.local) return &t;
    ready[n++] = &t;
  }
  bool somebody = false;
  for (u32 i = 0; i < n && !somebody; ++i) somebody = !waits_for_chance(*ready[i]);
  if (!somebody) nobody_can_run();
  if (LOCKSTEP_UNLIKELY(events_ >= config.depth)) finish(Outcome::kDepth);
  if (n == 1) {
    if (!explorer->only(*ready[0])) finish(Outcome::kPruned);
    return ready[0];
  }
  u32 chosen = explorer->thread(ready, n, resumable);
  if (LOCKSTEP_UNLIKELY(chosen >= n)) finish(explorer->diverged() ? Outcome::kDiverged : Outcome::kPruned);
  u32 i = segment->status.decision_count.load(std::memory_order_relaxed);
  if (LOCKSTEP_UNLIKELY(i >= protocol::kMaxDecisions)) finish(Outcome::kDepth);
  segment->decisions[i] = {static_cast<u16>(n), static_cast<u16>(chosen), ChoiceKind::kThread, 0,
                           current ? current->id : protocol::kNoThread};
  segment->status.decision_count.store(i + 1, std::memory_order_relaxed);
  if (resumable && chosen != 0) ++preemptions;
  return ready[chosen];
}

void Program::switch_to(Thread& from, Thread& to) { fiber_switch(from.fiber, to.fiber); }

void Program::abandon_for(Thread& to) {
  fiber_switch(dead_, to.fiber);
  __builtin_unreachable();
}

void Program::park(Thread& t) {
  if (t.starter) {
    Thread& starter = *t.starter;
    t.starter = nullptr;
    switch_to(t, starter);
  } else {
    Thread* next = pick(&t);
    if (next != &t) switch_to(t, *next);
  }
  t.ready = nullptr;
  t.waits_for = nullptr;
  t.waits_for_thread = nullptr;
}

void Program::visible(Thread& t, const Footprint& next, bool (*ready)(const Thread&)) {
  t.pending = next;
  t.ready = ready;
  t.local = false;
  park(t);
}

void Program::local(Thread& t, const Footprint& next, bool (*ready)(const Thread&)) {
  if (!ready || ready(t)) return;
  t.pending = next;
  t.ready = ready;
  t.local = true;
  park(t);
  t.local = false;
}

Thread& Program::create_thread(Thread& creator, void* (*start)(void*), void* argument, bool detached, u64* handle,
                               u64 pc) {
  if (thread_count_ >= protocol::kMaxThreads) unsupported("more than 1024 threads in one execution", pc);
  // Thread 0 uses the engine's own TLS block, thread i the borrowed block i - 1.
  if (thread_count_ - 1 >= tls::count()) finish(Outcome::kMoreThreads);
  u16 id = static_cast<u16>(thread_count_++);
  Thread& t = threads_[id];
  fill_bytes(&t, 0, sizeof t);
  t.id = id;
  t.deadline = kNever;
  t.start = start;
  t.argument = argument;
  t.detached = detached;
  t.creator = creator.id;
  t.create_pc = pc;
  t.create_event = protocol::kNone;
  add_event(creator, &t);
  if (recording) t.create_event = recorder::event({.op = Op::kThreadCreate, .other = id}, creator);
  t.clock = Clock::copy(graph.memory(), creator.clock);
  t.released = nullptr;
  tls::reset(id - 1u);
  prepare_thread(t, tls::block(id - 1u));
  add_event(t);
  explorer->created(t);
  ++creator.effects;
  // It runs now up to its first visible operation: what it does until then commutes with everything.
  *handle = t.handle;
  if (recording && modules::is_uninstrumented_library(reinterpret_cast<u64>(start)) &&
      heap::in_execution_area(reinterpret_cast<u64>(argument))) {
    // std::thread: the argument is its state object, whose vtable names the callable.
    t.entry_callable = *static_cast<const u64*>(argument);
  }
  t.starter = &creator;
  t.started = true;
  Thread* was = running;
  switch_to(creator, t);
  running = was;
  return t;
}

void Program::end_thread(Thread& t, void* result) {
  running = nullptr;
  if (live_.size == 1) exit_process(t, 0, true, 0);
  t.result = result;
  add_event(t);
  if (recording) recorder::event({.op = Op::kThreadEnd}, t);
  t.end_clock = Clock::copy(graph.memory(), t.clock);
  t.state = ThreadState::kFinished;
  for (u32 i = 0; i < live_.size; ++i) {
    if (live_[i] == t.id) {
      live_.erase_at(i);
      break;
    }
  }
  if (t.starter) {
    Thread& starter = *t.starter;
    t.starter = nullptr;
    abandon_for(starter);
  }
  abandon_for(*pick(nullptr));
}

Thread* Program::find_thread(u64 handle) {
  for (u32 i = 0; i < thread_count_; ++i) {
    if (threads_[i].handle == handle) return &threads_[i];
  }
  return nullptr;
}

void Program::bug(Kind kind, Thread* t, u64 address, u64 pc, const char* message, i32 code) {
  running = nullptr;
  found = detail;
  found.kind = kind;
  found.thread = t ? t->id : protocol::kNoThread;
  found.addr = address;
  found.pc = pc;
  found.code = code;
  found.library_fenced = library_fenced;
  copy_text(found.message, sizeof found.message, message);
  u64 hash = mix(static_cast<u64>(kind), pc);
  if (kind == Kind::kDeadlock || kind == Kind::kLivelock) {
    for (u16 id : live_) hash += mix(threads_[id].wait_pc, static_cast<u64>(threads_[id].pending.op));
  }
  found.signature = hash;
  finish(Outcome::kBug);
}

void Program::warn(Kind kind, Thread* t, u64 address, u64 pc, const char* message, bool library) {
  for (u32 i = 0; i < warning_count; ++i) {
    if (warnings[i].kind == kind && warnings[i].pc == pc) return;
  }
  if (warning_count == 8) return;
  protocol::Bug& w = warnings[warning_count++];
  w = detail;
  w.kind = kind;
  w.warning = true;
  w.thread = t ? t->id : protocol::kNoThread;
  w.addr = address;
  w.pc = pc;
  w.library_fenced = library_fenced;
  w.library = library;
  w.signature = mix(static_cast<u64>(kind) + 1000, pc);
  copy_text(w.message, sizeof w.message, message);
}

void Program::unsupported(const char* what, u64 pc) {
  running = nullptr;
  protocol::Status& status = segment->status;
  copy_text(status.unsupported, sizeof status.unsupported, what);
  status.unsupported_frame_count = recorder::backtrace(status.unsupported_frames, 32, pc);
  finish(Outcome::kUnsupported);
}

void Program::nobody_can_run() { detect::deadlock(live_.data, live_.size); }

void Program::exit_process(Thread& t, int status, bool run_handlers, u64 pc) {
  running = nullptr;
  if (exiting && exit_thread != t.id) {
    // Another thread is already running the exit handlers; this one never returns.
    Footprint never;
    never.op = Op::kExit;
    for (;;) visible(t, never, [](const Thread&) { return false; });
  }
  if (!exiting) {
    Footprint all;
    all.op = Op::kExit;
    all.everything = all.write = true;
    t.wait_pc = pc;
    visible(t, all);
    exiting = true;
    exit_thread = t.id;
    add_event(t);
    if (recording) recorder::event({.op = Op::kExit, .result = status}, t);
    if (run_handlers) {
      running = &t;
      lifecycle::run_exit_handlers(t);
      running = nullptr;
    }
  }
  detect::at_exit(t, status, live_.data, live_.size);
  finish(Outcome::kCompleted);
}

}  // namespace lockstep::runtime
