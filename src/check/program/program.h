// One execution of the program under test: its threads, what they wait for, virtual time, and the moment where the
// explorer decides.
//
// Hooks call into here; nothing here knows which hook. The explorer is asked through explore/explorer.h.
//
// Thread safety: one kernel thread. `running` is the thread whose code runs now and null while the checker itself
// does; hooks look at it first and pass through to the C library when it is null.
//
// Invariants:
//  1. A thread is switched away from only inside `visible`, `block` or at its end.
//  2. Every choice goes through `choose`, so a list of decisions replays the execution.
//
// Graph mode is for explorers that think in events of the graph rather than in steps: then only operations that some
// other thread's operation may conflict with are points of choice (a yield is none), an operation that waits for one
// particular event of another thread is an event of its own, and what does not follow from the graph (thread numbers,
// virtual time) is kept for each thread, so that any order of execution that extends the graph gives the same program.
#pragma once

#include "explore/explorer.h"
#include "explore/optimal.h"
#include "graph/graph.h"
#include "model/model.h"
#include "program/thread.h"
#include "protocol/segment.h"

namespace lockstep::runtime {

using protocol::Kind;

inline constexpr std::size_t kStackBytes = 8u << 20;

/// How an execution came to its end.
enum class Outcome : u8 {
  kCompleted,
  kBug,
  kBlocked,      // an assumption failed, or only spinning threads that wait for a change are left in a cut execution
  kDepth,        // too many events
  kPruned,       // the explorer knows it already
  kMoreThreads,  // needs more fibers than there are: run it again
  kNeedLibrary,  // it matters whether an access is the standard library's: ask, and run it again
  kNeedFork,     // did something that a snapshot cannot undo
  kUnsupported,
  kDiverged,    // replay: the program did something else
  kProbed,      // it was run only to see what a thread would do; now again in earnest
  kStartAgain,  // what was taken for granted does not hold: the enumeration begins anew
};

class Program {
 public:
  void open(const protocol::Config& config);
  /// Runs one execution: entry(argument) as thread main, from the snapshot's state, to its end.
  Outcome run(int (*entry)(void*), void* argument);

  // ---- what hooks call, on a fiber ----

  /// The running thread is about to do a visible operation: the explorer decides who goes first. Returns when the
  /// operation is to be done now. `ready` (may be null) says when it can be.
  void visible(Thread& t, const Footprint& next, bool (*ready)(const Thread&) = nullptr);
  /// The same for an operation that commutes with all others: no decision, but it may block.
  void local(Thread& t, const Footprint& next, bool (*ready)(const Thread&));
  /// Adds an event of this thread; returns its index.
  u32 add_event(Thread& t, const void* location = nullptr);
  /// The same for an operation on an object, whose operations form a chain.
  /// `changes`: others notice; an attempt that fails only looks. Call it before the object changes.
  u32 add_event(Thread& t, Object* object, Op op, bool changes = true);
  /// In graph mode a point of choice like `visible`; elsewhere the operation needs none.
  void step(Thread& t, const Footprint& next);
  /// Graph mode: the operation of `t` (which has been woken, or whatever it waited for has ended) comes after the first
  /// `steps` events of `thread`.
  void wait_ended(Thread& t, u32 thread, u32 steps);
  /// The thread goes on no more in this execution.
  [[noreturn]] void stop_thread(Thread& t);
  /// The newest event of t has read this store.
  void add_reads_from(Thread& t, const Store& store);
  /// Equal for two executions iff (but for collisions) program order, reads-from and modification order are equal.
  u64 fingerprint();
  /// Happens-before of the thread's newest event; immutable.
  const Clock* seal(Thread& t);
  /// A choice among n > 0; the answer is below n.
  u32 choose(protocol::ChoiceKind kind, u32 n, Thread& t);

  /// What is before the next event of the thread.
  const Clock* known_to(Thread& t);
  /// Writes down a decision that was taken elsewhere.
  void log(ChoiceKind kind, u32 n, u32 pick, u16 thread);

  /// `handle` gets the new thread's pthread_t before it runs.
  Thread& create_thread(Thread& creator, void* (*start)(void*), void* argument, bool detached, u64* handle, u64 pc);
  [[noreturn]] void end_thread(Thread& t, void* result);
  Thread* find_thread(u64 handle);

  /// The execution ends here.
  [[noreturn]] void finish(Outcome outcome);
  /// …with a bug. `format` is the message.
  [[noreturn]] void bug(Kind kind, Thread* t, u64 address, u64 pc, const char* message = "", i32 code = 0);
  /// A warning does not end it.
  void warn(Kind kind, Thread* t, u64 address, u64 pc, const char* message = "", bool library = false);
  /// Something that cannot be explored.
  [[noreturn]] void unsupported(const char* what, u64 pc);
  /// main has returned or exit was called: runs the handlers and ends the process.
  [[noreturn]] void exit_process(Thread& t, int status, bool run_handlers, u64 pc);

  /// The thread's stack from there on is about to be compared with what it is at other times. Ends the execution if it
  /// was not clear when the thread began.
  void look_at_stack(Thread& t, u64 from);
  /// On whose stack the address lies; null: no thread's.
  Thread* owner_of_stack(u64 address) {
    u64 i = (address - reinterpret_cast<u64>(stacks_)) / kStackBytes;
    return i < thread_count_ ? &threads_[i] : nullptr;
  }

  // ---- state ----
  Thread& thread(u32 i) { return threads_[i]; }
  u32 thread_count() const { return thread_count_; }
  const List<u16>& live() const { return live_; }
  /// It could do its pending operation now.
  static bool enabled(const Thread& t);
  u64 now() const { return now_; }
  void catch_up(u64 t) { advance_to(graph_mode ? t : 0); }
  void advance_to(u64 t) {
    if (t > now_ && t != kNever) now_ = t;
  }
  u32 execution() const { return execution_; }  // a number that differs from execution to execution
  u64 events() const { return events_; }

  Graph graph;
  const Model* model = nullptr;
  protocol::Config config{};
  protocol::Segment* segment = nullptr;
  Explorer* explorer = nullptr;
  Optimal* optimal = nullptr;  // the explorer, if it is the optimal one
  bool graph_mode = false;
  bool recording = false;
  void (*finalizers)() = nullptr;  // whole process: destructors of the program's file
  bool whole_process = true;       // main and all, not just a function under test
  bool library_fenced = false;     // see protocol::Config
  bool exiting = false;
  u32 exit_thread = 0;
  protocol::Bug found{};      // valid when the outcome is kBug
  protocol::Bug detail{};     // what a detector knows before it calls bug()
  protocol::Bug warnings[8];  // of this execution
  u32 warning_count = 0;
  u32 preemptions = 0;
  u64 clock_reads = 0;  // how often the program has looked at a clock
  Fiber engine;         // the driver's context while a fiber runs
  int (*entry)(void*) = nullptr;
  void* entry_argument = nullptr;

 private:
  void park(Thread& t);
  Thread* pick(Thread* current);
  Thread* pick_in_graph(Thread* current);
  u16 name_child(Thread& creator);
  void follow(Thread& t, Object& object, bool changes);
  [[noreturn]] void hold_bug(Thread& t);
  void switch_to(Thread& from, Thread& to);
  [[noreturn]] void abandon_for(Thread& to);
  [[noreturn]] void nobody_can_run();
  void prepare_thread(Thread& t, u64 fs, bool late);
  void clear_old_stack(Thread& t);

  Table<Thread> threads_;
  u32 thread_count_ = 0;
  List<u16> live_;
  u32 execution_ = 0;
  u64 events_ = 0;
  u64 fingerprint_ = 0;
  u64 now_ = 0;
  Outcome outcome_ = Outcome::kCompleted;
  u8* stacks_ = nullptr;
  u32 guarded_ = 0;      // stacks below have their guard page
  u32 used_stacks_ = 0;  // stacks below may have been written
  Fiber dead_;
  // Graph mode: the k-th child of a thread has the same number in all executions. In memory shared across fork.
  struct Names {
    u16 used;
    u16 first_child[protocol::kMaxThreads];
    u16 sibling[protocol::kMaxThreads];
    u64 lowest_look[protocol::kMaxThreads];  // see look_at_stack
  };
  Names* names_ = nullptr;
  // A bug was found and the other threads go on, so that everything that follows from this graph is explored.
  bool holds_bug_ = false;
  bool ending_ = false;
  u32 held_decisions_ = 0;
};

extern Program program;
/// The thread whose code is running; null in the checker and outside of executions.
extern Thread* running;

/// Clears what the checker has left on the thread's stack, on which it has run: only where what a thread does is
/// compared with what it did in other executions is that worth its time.
inline void clear_stack(const Thread& t) {
  constexpr std::size_t kHookBytes = 2 << 10;
  constexpr std::size_t kRecordingBytes = 32 << 10;
  if (!program.graph_mode) return;
  std::size_t bytes = LOCKSTEP_UNLIKELY(program.recording) ? kRecordingBytes : kHookBytes;
  u64 here = reinterpret_cast<u64>(__builtin_frame_address(0));
  if (here - t.stack_low > bytes + 4096 && here < t.stack_high) lockstep_clear_below(bytes);
}
/// The same after an access, which needs little.
inline void clear_stack_of_access(const Thread& t) {
  if (!program.graph_mode) return;
  LOCKSTEP_UNLIKELY(program.recording) ? clear_stack(t) : lockstep_clear_few();
}

/// Marks the checker's own code: hooks that it reaches pass through. It leaves no trace on the program's stack, where
/// functions that are called later would find it in variables that they have not written yet (see program/spin.h).
class Inside {
 public:
  /// `pc`: the program's, where it calls. What faults meanwhile is memory that the program has named: see signals.cpp.
  Inside(Thread* t, u64 pc) : thread_(t) {
    t->hook_pc = pc;
    running = nullptr;
  }
  ~Inside() {
    clear_stack(*thread_);
    running = thread_;
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  Thread* thread_;
};

/// Virtual time starts here: 2026-01-01 00:00:00 UTC in nanoseconds.
inline constexpr u64 kEpoch = 1767225600ull * 1000000000ull;
inline constexpr u64 kStackArea = 0x100000000000;
inline constexpr u64 kHeapArea = 0x200000000000;

}  // namespace lockstep::runtime
