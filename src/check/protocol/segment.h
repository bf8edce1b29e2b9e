// The memory segment shared by the two halves of the checker.
//
// The `lockstep` process (the host) creates it, fills in Config and starts the program under test; the injected
// library (the runtime) explores and writes everything else. It outlives whatever happens to the program: a trace is
// there even when the program is killed in the middle of an event.
//
// Thread safety: Config is written before the program starts and only read afterwards. Status counters are written by
// the runtime alone and may be read by the host at any time (relaxed). Everything else may be read by the host once
// the program has exited, or `status.phase` says kDone.
//
// Invariants: plain data without pointers, valid at any mapping address; offsets are relative to the segment's start;
// counts are incremented after the record they count is complete, so a reader sees no half-written record.
// Used by code without a standard library, so this header includes only freestanding ones.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace lockstep::protocol {

inline constexpr std::uint32_t kMagic = 0x4b434f4c;  // "LOCK"
inline constexpr std::uint32_t kVersion = 3;
inline constexpr std::uint32_t kNone = 0xffffffff;
/// The environment variable through which the runtime finds the segment: the number of an inherited file descriptor.
inline constexpr const char* kSegmentVariable = "LOCKSTEP_SEGMENT_FD";

enum class Mode : std::uint8_t {
  kAuto,
  kExhaustive,
  kBrute,
  kSleepSets,
  kPct,
  kPos,
  kRandom,
  kBounded,
  kReplay,
  kRefine
};
enum class MemoryModel : std::uint8_t { kRc11, kSc, kTso };
/// How one execution is undone before the next: by restoring a snapshot in process, or by running each in a fork.
enum class Isolation : std::uint8_t { kAuto, kSnapshot, kFork };

/// What kind of bug: the strings of the report are these names in lower case with dashes.
enum class Kind : std::uint8_t {
  kNone,
  kDataRace,
  kDeadlock,
  kLivelock,
  kStarvation,
  kAssertion,
  kUncaughtException,
  kCrash,
  kUseAfterFree,
  kDoubleFree,
  kLeak,
  kLockMisuse,
  kLockOrder,
  kThreadLeak,
  kExitStatus,
  kNondeterminism,
};

/// What an event did. Order matters to nobody; the host has the table of names.
enum class Op : std::uint8_t {
  kNone,
  // Memory
  kLoad,
  kStore,
  kRmw,  // value = new, old = value read; rmw_op says which
  kCas,  // compare-exchange: result 1 success, 0 failure; old = value read, aux = expected, value = desired
  kFence,
  kPlainRead,  // recorded only for memory that more than one thread touches
  kPlainWrite,
  // Threads
  kThreadStart,
  kThreadEnd,
  kThreadCreate,  // other = the new thread
  kThreadJoin,    // other = the joined thread
  kThreadDetach,  // other = the detached thread
  kYield,
  kSleep,  // aux = nanoseconds of virtual time
  kExit,   // the process ends; result = status
  // Mutexes (also spin locks: aux = LockType)
  kLock,
  kTryLock,
  kTimedLock,
  kUnlock,
  kMutexInit,
  kMutexDestroy,
  // Reader-writer locks
  kReadLock,
  kTryReadLock,
  kTimedReadLock,
  kWriteLock,
  kTryWriteLock,
  kTimedWriteLock,
  kRwUnlock,
  // Condition variables
  kCondWait,       // releases the mutex (aux) and goes to sleep on the condition variable (addr)
  kCondTimedWait,  // the same with a deadline
  kCondWake,       // woken or timed out (kFlagTimedOut), before it re-acquires the mutex
  kNotifyOne,      // other = the thread woken, kNoThread when nobody waited
  kNotifyAll,      // aux = how many were woken
  // Semaphores, barriers, once
  kSemWait,
  kSemTryWait,
  kSemTimedWait,
  kSemPost,
  kBarrierWait,  // result 1 for the serial thread
  kOnceBegin,    // result 1: this thread runs the initialiser, 0: it was done already
  kOnceEnd,
  // Futex
  kFutexWait,   // aux = expected; result 0 slept, EAGAIN value differed
  kFutexWake,   // result = number woken
  kFutexWoken,  // woken or timed out
  // Heap
  kAlloc,  // aux = bytes
  kFree,
  // Choices of the program and annotations
  kChoose,   // aux = n, value = the choice
  kAssume,   // value = 0 cuts the execution
  kAcquire,  // an annotation: happens-before edge in
  kRelease,  // an annotation: happens-before edge out
  kTimeout,  // a timed wait gave up
};

enum class RmwOp : std::uint8_t { kExchange, kAdd, kSub, kAnd, kOr, kXor, kNand };
/// Same numbers as the __ATOMIC_ constants.
enum class Order : std::uint8_t { kRelaxed, kConsume, kAcquire, kRelease, kAcqRel, kSeqCst, kNotAtomic };
enum class LockType : std::uint8_t { kNormal, kRecursive, kErrorCheck, kSpin, kAnnotated };

inline constexpr std::uint16_t kFlagStale = 1;        // a read of a store that is not the newest
inline constexpr std::uint16_t kFlagTimedOut = 2;     // a timed operation gave up
inline constexpr std::uint16_t kFlagFailed = 4;       // try_lock, compare-exchange, … did not succeed
inline constexpr std::uint16_t kFlagSpurious = 8;     // woke without a notification
inline constexpr std::uint16_t kFlagWaited = 16;      // the thread was blocked here before it got on
inline constexpr std::uint16_t kFlagValue = 32;       // `value` is known
inline constexpr std::uint16_t kFlagOld = 64;         // `old` is known
inline constexpr std::uint16_t kFlagSpin = 128;       // a pure spin iteration ends here; the thread awaits a change
inline constexpr std::uint16_t kFlagMoNotLast = 256;  // a store placed before others in modification order

inline constexpr std::uint16_t kNoThread = 0xffff;

/// One frame of a stack, innermost first. `pc` is a return address (look up pc - 1), `cfa` the canonical frame address.
struct Frame {
  std::uint64_t pc;
  std::uint64_t cfa;
};

/// A run of frames in Recording::frames.
struct Stack {
  std::uint32_t first;
  std::uint32_t count;
};

/// One event of the recorded execution, in the order in which they were executed.
struct Event {
  std::uint64_t addr;   // the object; 0 when there is none
  std::uint64_t value;  // read or written; low `size` bytes
  std::uint64_t old;    // RMW, compare-exchange: the value read
  std::uint64_t aux;    // see Op
  Stack stack;
  std::uint32_t reads_from;  // index of the event whose value this one read, kNone when initial or unknown
  std::int32_t result;       // what the call returned, where that says something (errno values for pthread calls)
  std::uint16_t thread;
  std::uint16_t other;  // another thread that takes part, kNoThread
  std::uint16_t flags;
  Op op;
  Order order;
  std::uint8_t size;  // bytes accessed; 0 when larger than 255 or not memory
  RmwOp rmw;
  LockType lock_type;
  std::uint8_t reserved[5];
};

enum class ThreadState : std::uint8_t { kNotStarted, kRunnable, kBlocked, kFinished };

/// A thread of the recorded execution; thread 0 is main.
struct Thread {
  char name[32];                 // pthread_setname_np or lockstep_name_thread; empty if none
  std::uint64_t entry;           // the start routine given to pthread_create
  std::uint64_t entry_arg;       // its argument
  std::uint64_t entry_callable;  // std::thread: the vtable of its state object; 0 if not one
  std::uint64_t stack_low, stack_high;
  std::uint64_t wait_addr;     // the object it waits for at the end, 0 if none
  std::uint64_t wait_mutex;    // condition wait: the mutex it gave up
  std::uint64_t saved_sp;      // at a Stop: where its registers are saved (fiber/switch.S); 0: it is running
  Stack stack;                 // where it stands at the end
  std::uint32_t create_event;  // kNone for main
  std::uint16_t created_by;
  std::uint16_t wait_holder;  // who holds what it waits for; the thread for a join; kNoThread if nobody
  ThreadState state;
  Op wait_op;  // the operation it is blocked in (or about to do)
  bool joined, detached;
};

inline constexpr std::uint32_t kMaxOwners = 6;

/// A heap block that an event or the bug touches.
struct HeapBlock {
  std::uint64_t addr, size;
  Stack alloc_stack, free_stack;
  std::uint32_t alloc_event, free_event;  // events recorded before it, kNone if not freed
  std::uint16_t alloc_thread, free_thread;
  bool freed, leaked;
  std::uint64_t owners[kMaxOwners];  // where pointers to it lay at its end, or at the end of the recording; 0: no more
};

/// A lock (or other owned object) and who holds it at the end.
struct Held {
  std::uint64_t addr;
  std::uint32_t event;  // the acquiring event
  std::uint16_t thread;
};

/// A name given by lockstep_name.
struct Name {
  std::uint64_t addr;
  char name[56];
};

struct Module {
  std::uint64_t base;       // load bias: subtract it from a pc for the file's own address
  std::uint64_t low, high;  // mapped range
  char path[240];           // empty: the program itself
};

/// The bug that ended an execution.
struct Bug {
  Kind kind;
  bool warning;
  bool library;               // its cause is the standard library (a warning)
  bool library_fenced;        // found with Config::library_fenced: a replay needs it too
  std::uint16_t thread;       // who hit it
  std::uint16_t other;        // data-race: the other thread
  std::uint16_t access_size;  // data-race, use-after-free: bytes
  std::int32_t code;          // exit status, signal number, errno
  std::uint32_t event;        // the event (recorded executions only), kNone
  std::uint32_t other_event;  // data-race: the first access
  std::uint32_t cycle_event;  // the first event of the part that repeats for ever (recorded executions only), kNone
  bool repeats;               // livelock, starvation: the execution ends where such a part begins anew
  std::uint64_t addr;         // the object, or the faulting address
  std::uint64_t pc;           // where
  std::uint64_t signature;    // equal for two findings of the same bug
  std::uint64_t found_after;  // executions run when it was found, this one included
  std::uint64_t execution_seed;
  std::uint64_t decisions;  // offset of the first decision in the segment
  std::uint32_t decision_count;
  std::uint32_t preemptions;
  char message[512];  // assertion text, exception type and what(), signal name
};

/// One choice. `n` is how many there were, `pick` the one taken; both are needed to see a divergence.
enum class ChoiceKind : std::uint8_t {
  kThread,
  kReadsFrom,
  kStorePlace,
  kNotify,
  kChoose,
  kSpurious,
  kExit,   // with threads alive: 0 they go on first, 1 the process ends now
  kGraph,  // stands first, with n = 1: the points of choice are those of Program::graph_mode
  kCycle,  // stand last: where the part begins that repeats for ever (detect/cycle.h)
};
struct Decision {
  std::uint16_t n;
  std::uint16_t pick;
  ChoiceKind kind;
  std::uint8_t reserved;
  std::uint16_t thread;  // who was running or asked
};

/// A moment of a replay at which a debugger gets control: `lockstep_debugger_stop` is called then.
enum class StopAt : std::uint8_t {
  kEvent,  // `event` happens, on the stack of its thread
  kWait,   // the execution has ended: where `thread` waits, on its stack
  kEnd,    // the failure that ended it, on the stack of the thread that failed
};
struct Stop {
  std::uint32_t event;
  std::uint16_t thread;
  StopAt at;
};
inline constexpr std::uint32_t kMaxStops = 4096;

/// A variable of the program whose final value belongs to an outcome.
struct Variable {
  std::uint64_t addr;  // in the program's file, without load bias
  std::uint32_t size;  // up to 8
};
inline constexpr std::uint32_t kMaxVariables = 64;
/// Config::wanted_execution: one of all, chosen by the seed.
inline constexpr std::uint64_t kAnyExecution = ~std::uint64_t{0};

struct Config {
  std::uint32_t magic, version;
  Mode mode;
  MemoryModel model;
  Isolation isolation;
  bool keep_going;
  bool spurious_wakeups;
  bool ignore_exit_status;
  bool paranoid;
  bool detect_leaks;
  bool library_fenced;  // the standard library's own atomics are taken as surrounded by seq_cst fences
  std::uint64_t seed;
  std::uint64_t max_executions;            // 0: no limit
  std::uint64_t max_nanoseconds;           // 0: no limit
  std::uint64_t depth;                     // events in one execution
  std::uint32_t preemptions;               // bounded
  std::uint32_t replay_count;              // decisions to replay (Mode::kReplay)
  std::uint64_t replay;                    // their offset
  std::uint64_t skip_executions;           // after a crash that ended the process: executions already done
  std::uint32_t shard_index, shard_count;  // this part of the search, from 0, of so many (0 and 1: the whole)
  std::uint32_t job_index, job_count;      // of the processes of this machine that share the part
  std::int32_t pool_fd;                    // a Pool that they share; 0: none
  std::int32_t checkpoint_in,
      checkpoint_out;              // files with the explorer's state, read before and written after; 0: none
  std::int32_t dump_fd;            // each complete execution of an exhaustive search as a line of text; 0: nowhere
  bool collect_outcomes;           // fill in Outcomes
  std::uint64_t wanted_execution;  // the number, from 1, of the one whose decisions go to Outcomes; 0: none
  std::uint32_t variable_count;    // 0: what the program prints is the outcome; else the final values of these
  Variable variables[kMaxVariables];
  std::uint32_t stop_count;  // Mode::kReplay in a debugger; 0: there is none
  Stop stops[kMaxStops];     // in the order in which they are reached
};

/// What the processes of one search share.
struct Pool {
  std::atomic<std::uint64_t> next_piece;
};

enum class Phase : std::uint8_t { kStarting, kExploring, kRecording, kDone, kUnsupported, kFailed };

/// Written by the runtime.
struct Status {
  std::atomic<Phase> phase;
  std::atomic<bool> stop;                  // set by the host: end after this execution (Ctrl-C, time)
  std::atomic<bool> complete;              // every execution was explored
  std::atomic<bool> passes;                // refine: `decisions` are those of a run that passes
  std::atomic<bool> diverged;              // replay: the program did something else
  std::atomic<bool> suspended;             // what is left was written to the checkpoint
  std::atomic<bool> depth_reached;         // some execution was cut by `depth`
  std::atomic<bool> forking;               // executions run in forks
  std::atomic<Mode> explorer;              // what runs now (auto changes it)
  std::atomic<std::uint64_t> executions;   // complete ones
  std::atomic<std::uint64_t> distinct;     // different ones among them; 0: not counted
  std::atomic<std::uint64_t> blocked;      // cut by an await or an assumption
  std::atomic<std::uint64_t> events;       // heartbeat
  std::atomic<std::uint64_t> estimate;     // total executions expected, 0 unknown
  std::atomic<std::uint64_t> nanoseconds;  // time spent exploring
  std::atomic<std::uint32_t> bug_count;    // bugs[] in use
  std::atomic<std::uint32_t> warning_count;
  std::uint64_t execution_seed;               // of the execution that is running
  std::atomic<std::uint32_t> decision_count;  // of the execution that is running, in `decisions`
  // Phase::kUnsupported: what, and where
  char unsupported[256];
  std::uint64_t unsupported_frames[32];
  std::uint32_t unsupported_frame_count;
  char error[256];  // Phase::kFailed
};

inline constexpr std::uint32_t kMaxBugs = 64;
inline constexpr std::uint32_t kMaxDecisions = 4u << 20;
inline constexpr std::uint32_t kMaxEvents = 256u << 10;
inline constexpr std::uint32_t kMaxFrames = 4u << 20;
inline constexpr std::uint32_t kMaxThreads = 1024;
inline constexpr std::uint32_t kMaxBlocks = 4096;
inline constexpr std::uint32_t kMaxModules = 128;
inline constexpr std::uint32_t kMaxNames = 1024;
inline constexpr std::uint32_t kMaxHeld = 1024;
inline constexpr std::uint32_t kMaxOutput = 1u << 20;
inline constexpr std::uint32_t kMaxBugDecisions = 16u << 20;

/// One execution in full: made by Mode::kReplay (and by lockstep::check for what it found).
struct Recording {
  std::uint32_t event_count, frame_count, thread_count, block_count, held_count, name_count, output_bytes;
  bool truncated;  // more events than kMaxEvents: the oldest ones are kept
  bool has_bug;    // else the execution passed
  Bug bug;
  std::uint32_t warning_count;
  Bug warnings[8];
  Thread threads[kMaxThreads];
  HeapBlock blocks[kMaxBlocks];
  Held held[kMaxHeld];
  Name names[kMaxNames];
  char output[kMaxOutput];  // what the program printed to standard output and standard error
  Event events[kMaxEvents];
  Frame frames[kMaxFrames];
};

inline constexpr std::uint32_t kMaxOutcomes = 4096;
inline constexpr std::uint32_t kMaxOutcomeText = 16u << 10;  // of one: what is longer is cut
inline constexpr std::uint32_t kMaxOutcomeTexts = 16u << 20;

/// What executions came to, and how many did.
struct Outcome {
  std::uint64_t executions;
  std::uint64_t example;  // the number of the first one
  std::uint32_t text;     // offset in Outcomes::text: standard output, or the values of the variables
  std::uint32_t text_bytes;
  bool cut;   // there was more text
  Kind kind;  // how it failed; kNone if it ended normally
  std::int32_t code;
  char message[256];
};

/// All of a search (Config::collect_outcomes). Executions are numbered from 1 in the order of the search.
struct Outcomes {
  std::atomic<std::uint64_t> executions;
  std::atomic<std::uint32_t> count;
  std::uint32_t text_used;
  std::uint64_t other_executions;  // with outcomes that found no room
  std::uint64_t chosen;            // the execution that `decisions` are of; 0: none
  std::uint32_t chosen_outcome;    // its place in `list`; kNone: it found no room
  std::uint32_t decision_count;
  Outcome list[kMaxOutcomes];
  char text[kMaxOutcomeTexts];
  Decision decisions[kMaxDecisions];
};

/// The whole segment. Sparse: pages that nobody touches cost nothing.
struct Segment {
  Config config;
  Status status;
  std::uint32_t module_count;
  Module modules[kMaxModules];
  Bug bugs[kMaxBugs];
  Bug warnings[kMaxBugs];
  std::uint64_t bug_decisions_used;
  Decision bug_decisions[kMaxBugDecisions];
  Decision replay[kMaxDecisions];     // Config::replay
  Decision decisions[kMaxDecisions];  // of the execution that is running
  Outcomes outcomes;
  Recording recording;
};

}  // namespace lockstep::protocol
