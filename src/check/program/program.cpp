#include "program/program.h"

#include <sys/mman.h>
#include <sys/syscall.h>

#include "detect/deadlock.h"
#include "detect/exit.h"
#include "detect/lock_order.h"
#include "detect/race.h"
#include "explore/explorer.h"
#include "model/paranoid.h"
#include "program/heap.h"
#include "program/lifecycle.h"
#include "program/modules.h"
#include "program/objects.h"
#include "program/spin.h"
#include "record/debugger.h"
#include "record/output.h"
#include "record/recorder.h"

namespace lockstep::runtime {

Program program;
Thread* running = nullptr;

static u64 mix(u64 hash, u64 value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15;
  return (hash ^ (hash >> 29)) * 0xbf58476d1ce4e5b9;
}
static u64 name_of(u32 thread, u32 index) { return static_cast<u64>(thread) << 32 | index; }
// Which of the two comes first matters.
static u64 edge(u64 from, u64 to, u64 kind) { return mix(mix(mix(0x9e3779b97f4a7c15, from), to), kind); }

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
  if (stacks_) return;
  graph.open();
  threads_.open(protocol::kMaxThreads);
  names_ = static_cast<Names*>(reserve(sizeof(Names), true));
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

// Whether a thread is seen to spin hangs on all of its live stack, where parts that nobody has written are left over
// from earlier executions. So deep as it has ever been looked at, it is clear when a thread begins.
void Program::clear_old_stack(Thread& t) {
  constexpr std::size_t kPlain = 64 << 10;
  t.stack_clean = t.stack_low;
  if (t.id >= used_stacks_) {  // nobody has touched it
    used_stacks_ = t.id + 1u;
    return;
  }
  u64 lowest = graph_mode ? names_->lowest_look[t.id] : 0;
  t.stack_clean = explorer->plain() ? t.stack_high - kPlain : lowest ? lowest : t.stack_high;
  fill_bytes(reinterpret_cast<void*>(t.stack_clean), 0, t.stack_high - t.stack_clean);
}

void Program::look_at_stack(Thread& t, u64 from) {
  if (!graph_mode) return;
  u64& lowest = names_->lowest_look[t.id];
  if (!lowest || from < lowest) lowest = from < t.stack_low + 1024 ? t.stack_low : (from - 1024) & ~u64{7};
  // The first execution of a process leaves other marks: the loader looks up functions when they are first called.
  bool first = execution_ == 1 && !segment->status.forking;
  if (LOCKSTEP_UNLIKELY(first || from < t.stack_clean) && optimal) finish(Outcome::kProbed);
}

void Program::prepare_thread(Thread& t, u64 fs, bool late) {
  u8* stack = stacks_ + t.id * kStackBytes;
  for (; guarded_ <= t.id; ++guarded_) {
    raw_syscall(SYS_mprotect, reinterpret_cast<i64>(stacks_ + guarded_ * kStackBytes), 4096, PROT_NONE);
  }
  t.stack_low = reinterpret_cast<u64>(stack + 4096);
  t.stack_high = reinterpret_cast<u64>(stack + kStackBytes);
  t.fiber.fs = fs;
  t.handle = fs;
  clear_old_stack(t);
  fiber_prepare(t.fiber, stack + kStackBytes, fiber_main, &t);
  if (!late) graph.add_thread();
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
  exiting = ending_ = holds_bug_ = false;
  warning_count = 0;
  found = detail = {};
  detail.other = protocol::kNoThread;
  detail.event = detail.other_event = detail.cycle_event = protocol::kNone;
  graph.reset();
  live_ = {};
  objects::reset();
  lifecycle::reset();
  lock_order::reset();
  paranoid::reset();
  segment->status.decision_count.store(0, std::memory_order_relaxed);
  graph_mode = explorer->graph_mode();
  model = &find_model(explorer->plain() ? protocol::MemoryModel::kSc : config.model, graph_mode);
  if (graph_mode) log(ChoiceKind::kGraph, 1, 0, protocol::kNoThread);

  Thread& t = threads_[0];
  fill_bytes(&t, 0, sizeof t);
  thread_count_ = 1;
  t.started = true;
  t.deadline = kNever;
  t.clock = Clock::make(graph.memory(), 4);
  t.creator = protocol::kNoThread;
  t.create_event = protocol::kNone;
  engine.fs = current_fs();
  prepare_thread(t, engine.fs, false);
  if (recording) recorder::begin();
  explorer->created(t);
  add_event(t);
  fiber_switch(engine, t.fiber);
  return outcome_;
}

void Program::finish(Outcome outcome) {
  running = nullptr;
  if (optimal && outcome != Outcome::kProbed && optimal->ends_probe()) outcome = Outcome::kProbed;
  if (holds_bug_ && (outcome == Outcome::kCompleted || outcome == Outcome::kBlocked)) {
    outcome = Outcome::kBug;
    segment->status.decision_count.store(held_decisions_, std::memory_order_relaxed);
  }
  if (LOCKSTEP_UNLIKELY(config.paranoid) && outcome == Outcome::kCompleted) {
    if (const char* wrong = paranoid::check(config.model))
      fatal("--paranoid: an explored graph is inconsistent: ", wrong);
  }
  outcome_ = outcome;
  if (recording) recorder::end(outcome == Outcome::kBug);
  if (config.collect_outcomes && !holds_bug_) output::stop_printing();
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
  if (LOCKSTEP_UNLIKELY((++events_ & 0xfff) == 0)) {
    segment->status.events.fetch_add(1, std::memory_order_relaxed);
    if (events_ > config.depth + 0x1000) finish(Outcome::kDepth);
  }
  t.clock = Clock::set(graph.memory(), t.clock, t.id, t.index);
  graph.thread_events(t.id).push(graph.memory(), {location, nullptr});
  return t.index;
}

u32 Program::add_event(Thread& t, Object* object, Op op, bool changes) {
  if (optimal) optimal->operate(t, *object, op, changes);
  u32 index = add_event(t, static_cast<const void*>(object));
  graph.add_barrier(t.id, index);
  if (LOCKSTEP_UNLIKELY(config.paranoid)) {
    paranoid::operation(t, *object, changes, object->kind == ObjectKind::kMutex);
  }
  u64 self = name_of(t.id, index);
  if (!optimal) fingerprint_ += edge(self, object->newest, 1);
  catch_up(object->now);
  if (graph_mode) follow(t, *object, changes);
  if (changes) {
    object->newest = self;
    object->now = now_;
  }
  return index;
}

const Clock* Program::known_to(Thread& t) {
  if (!t.order) return t.clock;
  return Clock::join(graph.memory(), Clock::copy(graph.memory(), t.clock), t.order);
}

void Program::step(Thread& t, const Footprint& next) {
  if (graph_mode) visible(t, next);
}

// Interleavings order more than happens-before does: an operation on an object comes after those before it, whether or
// not it synchronises with them.
void Program::follow(Thread& t, Object& object, bool changes) {
  if (!model->interleaving) return;
  t.order = Clock::join(graph.memory(), t.order, object.order);
  if (changes) t.order = Clock::join(graph.memory(), t.order, object.looks);
  Clock*& left = changes ? object.order : object.looks;
  left = Clock::join(graph.memory(), Clock::join(graph.memory(), left, t.order), t.clock);
}

void Program::wait_ended(Thread& t, u32 thread, u32 steps) {
  graph.add_barrier(t.id, t.index);
  if (graph_mode && model->interleaving) {
    // At least what is known to have been before it; the waker's later events are not.
    t.order = Clock::join(graph.memory(), t.order, t.woken_clock);
  }
  if (optimal) optimal->waited(t, thread, steps);
}

void Program::add_reads_from(Thread& t, const Store& store) {
  if (!optimal) fingerprint_ += edge(name_of(t.id, t.index), name_of(store.thread, store.index), 2);
}

u64 Program::fingerprint() {
  u64 hash = fingerprint_;
  for (Location* l = graph.locations(); l; l = l->next) {
    for (Store* s = l->first; s->next; s = s->next) {
      hash += edge(name_of(s->next->thread, s->next->index), name_of(s->thread, s->index), 3);
    }
  }
  for (u32 i = 0; i < thread_count_; ++i) hash += edge(i, threads_[i].index, 4);
  return hash;
}

void Program::log(ChoiceKind kind, u32 n, u32 pick, u16 thread) {
  u32 i = segment->status.decision_count.load(std::memory_order_relaxed);
  if (LOCKSTEP_UNLIKELY(i >= protocol::kMaxDecisions)) finish(Outcome::kDepth);
  segment->decisions[i] = {static_cast<u16>(n), static_cast<u16>(pick), kind, 0, thread};
  segment->status.decision_count.store(i + 1, std::memory_order_relaxed);
}

u32 Program::choose(ChoiceKind kind, u32 n, Thread& t) {
  if (n <= 1) return 0;
  u32 pick = explorer->choice(kind, n, t);
  if (LOCKSTEP_UNLIKELY(pick >= n)) finish(explorer->diverged() ? Outcome::kDiverged : Outcome::kPruned);
  log(kind, n, pick, t.id);
  if (kind != ChoiceKind::kReadsFrom && kind != ChoiceKind::kStorePlace) {
    fingerprint_ += edge(name_of(t.id, t.index), pick, 5);
  }
  return pick;
}

bool Program::enabled(const Thread& t) {
  if (t.awaiting) return !program.graph_mode && spin::can_go_on(t);
  return !t.stopped && (!t.ready || t.ready(t));
}

// What a thread reads can be replaced by something newer in another graph, so awaits are never taken up again here.
Thread* Program::pick_in_graph(Thread* current) {
  if (LOCKSTEP_UNLIKELY(events_ >= config.depth)) finish(Outcome::kDepth);
  if (optimal && !optimal->logs()) {
    Thread* next = optimal->next(current);
    if (!next) nobody_can_run();
    return next;
  }
  static Thread* ready[protocol::kMaxThreads];  // not on the stack, see Inside
  u32 n = 0;
  Thread* deferred = nullptr;
  bool somebody = false;
  auto consider = [&](Thread& t) {
    if (t.deferred) deferred = &t;
    if (t.deferred || !enabled(t)) return;
    somebody |= !waits_for_chance(t);
    ready[n++] = &t;
  };
  if (current) consider(*current);
  bool resumable = n > 0;
  for (u16 id : live_) {
    if (&threads_[id] != current) consider(threads_[id]);
  }
  if (!somebody && !deferred) nobody_can_run();
  if (!somebody) {
    ready[0] = deferred;
    n = 1;
  }
  u32 chosen = 0;
  if (optimal) {
    Thread* next = optimal->next(current);
    while (chosen < n && ready[chosen] != next) ++chosen;
    if (chosen == n) finish(Outcome::kDiverged);
  } else if (n > 1) {
    chosen = explorer->thread(ready, n, resumable);
    if (LOCKSTEP_UNLIKELY(chosen >= n)) finish(explorer->diverged() ? Outcome::kDiverged : Outcome::kPruned);
  } else if (LOCKSTEP_UNLIKELY(!explorer->only(*ready[0]))) {
    finish(Outcome::kPruned);
  }
  if (n > 1) log(ChoiceKind::kThread, n, chosen, current ? current->id : protocol::kNoThread);
  if (resumable && chosen != 0) ++preemptions;
  return ready[chosen];
}

Thread* Program::pick(Thread* current) {
  if (graph_mode) return pick_in_graph(current);
  static Thread* ready[protocol::kMaxThreads];  // not on the stack, see Inside
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
  log(ChoiceKind::kThread, n, chosen, current ? current->id : protocol::kNoThread);
  if (resumable && chosen != 0) ++preemptions;
  return ready[chosen];
}

void Program::switch_to(Thread& from, Thread& to) {
  if (graph_mode) {
    from.now = now_;
    now_ = to.now;
  }
  if (to.lent.size) spin::goes_on(to);
  fiber_switch(from.fiber, to.fiber);
  if (LOCKSTEP_UNLIKELY(recording)) debugger::resumed(from);
}

void Program::abandon_for(Thread& to) {
  if (graph_mode) now_ = to.now;
  if (to.lent.size) spin::goes_on(to);
  fiber_switch(dead_, to.fiber);
  __builtin_unreachable();
}

void Program::park(Thread& t) {
  explorer->parked(t);
  if (LOCKSTEP_UNLIKELY(recording)) recorder::stands(t);
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
  t.yielding = graph_mode && !next.object && !next.everything && !ready;
  t.pending = next;
  t.ready = ready;
  t.local = false;
  park(t);
}

void Program::local(Thread& t, const Footprint& next, bool (*ready)(const Thread&)) {
  if (!ready || (ready(t) && !graph_mode)) return;
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
  u16 id = graph_mode ? name_child(creator) : static_cast<u16>(thread_count_);
  if (id - 1u >= tls::count()) finish(Outcome::kMoreThreads);
  // Numbers of threads that are not there in this execution.
  for (; thread_count_ < id; ++thread_count_) {
    Thread& absent = threads_[thread_count_];
    fill_bytes(&absent, 0, sizeof absent);
    absent.id = static_cast<u16>(thread_count_);
    absent.state = ThreadState::kFinished;
    absent.joined = true;
    graph.add_thread();
  }
  bool late = id < thread_count_;
  if (!late) ++thread_count_;
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
  t.create_steps = creator.steps;
  t.now = now_;
  add_event(creator, &t);
  graph.add_barrier(creator.id, creator.index);
  if (recording)
    t.create_event =
        recorder::event({.op = Op::kThreadCreate, .addr = reinterpret_cast<u64>(handle), .other = id}, creator);
  t.clock = Clock::copy(graph.memory(), creator.clock);
  t.released = nullptr;
  lock_order::created(creator, t);
  if (config.paranoid) paranoid::created(creator, t);
  tls::reset(id - 1u);
  prepare_thread(t, tls::block(id - 1u), late);
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
  t.now = now_;
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

u16 Program::name_child(Thread& creator) {
  u16& name = creator.last_child ? names_->sibling[creator.last_child] : names_->first_child[creator.id];
  if (!name) {
    if (names_->used + 1u >= protocol::kMaxThreads) unsupported("more than 1024 threads", 0);
    name = ++names_->used;
  }
  return creator.last_child = name;
}

void Program::stop_thread(Thread& t) {
  running = nullptr;
  t.stopped = true;
  if (t.starter) {
    Thread& starter = *t.starter;
    t.starter = nullptr;
    abandon_for(starter);
  }
  abandon_for(*pick(nullptr));
}

// The graphs that grow out of this one are still to be explored: the other threads go on.
void Program::hold_bug(Thread& t) {
  if (!holds_bug_) {
    holds_bug_ = true;
    held_decisions_ = segment->status.decision_count.load(std::memory_order_relaxed);
    if (config.collect_outcomes) output::stop_printing();
  }
  stop_thread(t);
}

Thread* Program::find_thread(u64 handle) {
  for (u32 i = 0; i < thread_count_; ++i) {
    if (threads_[i].handle == handle) return &threads_[i];
  }
  return nullptr;
}

void Program::bug(Kind kind, Thread* t, u64 address, u64 pc, const char* message, i32 code) {
  running = nullptr;
  bool hold = optimal && config.keep_going && t && !ending_;
  if (holds_bug_) hold ? stop_thread(*t) : finish(Outcome::kBug);
  found = detail;
  found.kind = kind;
  found.thread = t ? t->id : protocol::kNoThread;
  found.addr = address;
  found.pc = pc;
  found.code = code;
  found.library_fenced = library_fenced;
  copy_text(found.message, sizeof found.message, message);
  u64 hash = mix(static_cast<u64>(kind), pc);
  if ((kind == Kind::kDeadlock || kind == Kind::kLivelock) && !found.repeats) {
    for (u16 id : live_) hash += mix(threads_[id].wait_pc, static_cast<u64>(threads_[id].pending.op));
  }
  found.signature = hash;
  if (hold) hold_bug(*t);
  if (recording) debugger::at_end();
  finish(Outcome::kBug);
}

void Program::warn(Kind kind, Thread* t, u64 address, u64 pc, const char* message, bool library) {
  if (holds_bug_) return;  // run again, the execution ends at the bug and does not come here
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

void Program::nobody_can_run() {
  ending_ = true;
  if (optimal) optimal->ended();
  if (graph_mode) {
    // Cut, not stuck: a failed assumption, or an await whose value something newer could replace.
    if (holds_bug_) finish(Outcome::kBug);
    for (u16 id : live_) {
      const Thread& t = threads_[id];
      if (t.assumed || (t.awaiting && (spin::can_go_on(t) || t.took_locks))) finish(Outcome::kBlocked);
    }
  }
  detect::deadlock(live_.data, live_.size);
}

void Program::exit_process(Thread& t, int status, bool run_handlers, u64 pc) {
  running = nullptr;
  if (exiting && exit_thread != t.id) {
    // Another thread is already running the exit handlers; this one never returns.
    Footprint never;
    never.op = Op::kExit;
    for (;;) visible(t, never, [](const Thread&) { return false; });
  }
  if (graph_mode && !exiting && live_.size > 1 && !t.deferred) {
    // Either the others go as far as they can first, or the process ends now.
    t.wait_pc = pc;
    if (choose(ChoiceKind::kExit, 2, t) == 0) {
      t.deferred = true;
      Footprint all;
      all.op = Op::kExit;
      all.everything = all.write = true;
      visible(t, all);
      t.deferred = false;
    }
  }
  if (!exiting) {
    Footprint all;
    all.op = Op::kExit;
    all.everything = all.write = true;
    t.wait_pc = pc;
    if (!graph_mode) visible(t, all);
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
  ending_ = true;
  if (optimal) optimal->ended();
  detect::at_exit(t, status, live_.data, live_.size);
  finish(Outcome::kCompleted);
}

}  // namespace lockstep::runtime
