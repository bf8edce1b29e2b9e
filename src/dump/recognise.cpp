#include "dump/recognise.h"

#include <fmt/format.h>
#include <linux/futex.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>

#include "dump/descriptors.h"
#include "dump/holders.h"
#include "dump/proc.h"
#include "dump/sync_waits.h"
#include "dump/syscalls.h"

namespace lockstep::dump {
namespace {

// struct pthread: itself at 0 and 0x10, its thread's id at 0x2d0.
constexpr std::uint64_t kSelfAt = 0x10, kTidAt = 0x2d0;

enum class Object {
  kNone,
  kMutex,
  kRead,   // a pthread_rwlock_t, for reading
  kWrite,  // ... for writing
  kCondition,
  kSemaphore,
  kBarrier,
  kJoin,
  kOnce,
  kStatic,  // the guard of a static variable of a function
  kFuture,
  kStream,     // the lock of a FILE
  kAtomic,     // std::atomic<T>::wait and what is built on it
  kSyncMutex,  // those of lockstep::sync
  kSyncShared,
  kSync,
  kPool,  // a thread of lockstep::sync::thread_pool without work
};

struct Function {
  std::string_view begins;  // without leading underscores
  Object object;
  std::string_view kind;  // for kSync and kAtomic; empty: the object's own
};

constexpr std::string_view kAtomicWait = "std::__atomic_wait", kLambda = "lambda in ";

// The first of a thread's functions that is here tells what it waits for.
constexpr std::array kFunctions = {
    Function{"pthread_mutex_", Object::kMutex, {}},
    Function{"pthread_rwlock_rdlock", Object::kRead, {}},
    Function{"pthread_rwlock_timedrdlock", Object::kRead, {}},
    Function{"pthread_rwlock_clockrdlock", Object::kRead, {}},
    Function{"pthread_rwlock_wrlock", Object::kWrite, {}},
    Function{"pthread_rwlock_timedwrlock", Object::kWrite, {}},
    Function{"pthread_rwlock_clockwrlock", Object::kWrite, {}},
    Function{"pthread_cond_", Object::kCondition, {}},
    Function{"sem_wait", Object::kSemaphore, {}},
    Function{"sem_timedwait", Object::kSemaphore, {}},
    Function{"sem_clockwait", Object::kSemaphore, {}},
    Function{"new_sem_wait", Object::kSemaphore, {}},
    Function{"pthread_barrier_wait", Object::kBarrier, {}},
    Function{"pthread_join", Object::kJoin, {}},
    Function{"pthread_clockjoin", Object::kJoin, {}},
    Function{"pthread_timedjoin", Object::kJoin, {}},
    Function{"pthread_once", Object::kOnce, {}},
    Function{"cxa_guard_acquire", Object::kStatic, {}},
    Function{"std::__atomic_futex_unsigned_base", Object::kFuture, {}},
    Function{"std::latch::", Object::kAtomic, "latch"},
    Function{"std::barrier<", Object::kAtomic, "barrier"},
    Function{"std::counting_semaphore<", Object::kAtomic, "semaphore"},
    Function{"std::atomic", Object::kAtomic, "atomic"},
    Function{kAtomicWait, Object::kAtomic, "atomic"},
    Function{"lockstep::sync::mutex::", Object::kSyncMutex, {}},
    Function{"lockstep::sync::fair_mutex::", Object::kSyncMutex, {}},
    Function{"lockstep::sync::recursive_mutex::", Object::kSyncMutex, {}},
    Function{"lockstep::sync::basic_shared_mutex<", Object::kSyncShared, {}},
    Function{"lockstep::sync::condition::", Object::kSync, "condition variable"},
    Function{"lockstep::sync::counting_semaphore<", Object::kSync, "semaphore"},
    Function{"lockstep::sync::basic_event<", Object::kSync, "event"},
    Function{"lockstep::sync::latch::", Object::kSync, "latch"},
    Function{"lockstep::sync::barrier<", Object::kSync, "barrier"},
    Function{"lockstep::sync::once::", Object::kSync, "once"},
    Function{"lockstep::sync::bounded_queue<", Object::kSync, "queue"},
    Function{"lockstep::sync::spsc_queue<", Object::kSync, "queue"},
    Function{"lockstep::sync::thread_pool::", Object::kSync, "thread pool"},
    Function{"lockstep::sync::", Object::kSync, "lock"},
};

std::string_view plain(std::string_view name) {
  const std::size_t first = name.find_first_not_of('_');
  name.remove_prefix(first == std::string_view::npos ? 0 : first);
  if (name.starts_with("GI_")) return plain(name.substr(3));
  return name;
}

// An optimised program has the user's call inside of the functions that carry it out: their arguments tell what it was.
std::string_view built_on_atomics(std::string_view name) {
  struct Part {
    std::string_view contains, kind;
  };
  constexpr std::array kParts = {Part{"std::latch::", "latch"}, Part{"std::__tree_barrier<", "barrier"},
                                 Part{"std::__atomic_semaphore::", "semaphore"}};
  for (const Part& p : kParts) {
    if (name.find(p.contains) != std::string_view::npos) return p.kind;
  }
  return "atomic";
}

struct Match {
  Object object = Object::kNone;
  std::string_view kind;
  std::size_t frame = 0;
};

Match by_function(const std::vector<Frame>& stack) {
  Match match;
  // The library's own functions lie at the top; the user's end the search. Without debug information they cannot be
  // told apart, so it does not go far.
  constexpr std::size_t kNear = 6;
  for (std::size_t i = 0; i < stack.size(); ++i) {
    std::string_view name = plain(stack[i].function);
    if (name.starts_with(kLambda)) name.remove_prefix(kLambda.size());
    if (name.find("lockstep::sync::thread_pool::work(") != std::string_view::npos) return {Object::kPool, {}, i};
    // Below every primitive.
    if (name.starts_with("lockstep::sync::internal::") || name.starts_with("lockstep::sync::futex_")) continue;
    for (const Function& f : kFunctions) {
      if (!name.starts_with(f.begins)) continue;
      // Latches and semaphores stand on atomics: the outermost is what the user called.
      if (match.object == Object::kNone ||
          (match.object == Object::kAtomic && f.object == Object::kAtomic && match.kind == "atomic")) {
        match = {f.object, f.begins == kAtomicWait ? built_on_atomics(name) : f.kind, i};
      }
      break;
    }
    if (match.object != Object::kNone && match.object != Object::kAtomic) break;
    if (!stack[i].library && (!stack[i].file.empty() || i >= kNear)) break;
  }
  return match;
}

class Recogniser {
 public:
  Recogniser(const Evidence& e, std::size_t index)
      : e_(e), memory_(e.snapshot.memory), thread_(e.snapshot.threads[index]), stack_(e.stacks[index]), index_(index) {}

  std::optional<Wait> run();

 private:
  std::optional<Wait> futex();
  std::optional<Wait> descriptor(const SleepingCall& call);
  Object by_layout() const;
  void mutex(Wait* w);
  void rwlock(Wait* w, bool for_writing);
  void sync(Wait* w, Object object);
  void hold_by(Wait* w, std::uint64_t inner_tid, bool process_shared);
  std::uint32_t word(std::uint64_t address) const { return memory_.value<std::uint32_t>(address); }
  // The thread whose descriptor lies at an address; 0 if none does.
  std::uint32_t thread_at(std::uint64_t descriptor) const {
    const bool is_one = descriptor != 0 && memory_.value<std::uint64_t>(descriptor) == descriptor &&
                        memory_.value<std::uint64_t>(descriptor + kSelfAt) == descriptor;
    return is_one ? word(descriptor + kTidAt) : 0;
  }
  std::size_t sleepers_on(std::initializer_list<std::uint64_t> words) const {
    return static_cast<std::size_t>(
        std::count_if(e_.snapshot.threads.begin(), e_.snapshot.threads.end(), [&](const ThreadState& t) {
          return t.syscall == SYS_futex && std::find(words.begin(), words.end(), t.arguments[0]) != words.end();
        }));
  }

  const Evidence& e_;
  const Memory& memory_;
  const ThreadState& thread_;
  const std::vector<Frame>& stack_;
  std::size_t index_;
};

void Recogniser::hold_by(Wait* w, std::uint64_t inner_tid, bool process_shared) {
  if (inner_tid == 0) return;  // on its way from one to another
  if (const ThreadState* holder = e_.snapshot.inner_thread(inner_tid)) {
    w->ends = Ends::kHolder;
    w->holders = {holder->tid};
  } else if (process_shared) {
    const std::string status = read_file(fmt::format("/proc/{}/status", inner_tid));
    const bool alive = e_.snapshot.live && !status.empty();
    w->ends = alive ? Ends::kOutside : Ends::kGone;
    w->gone = static_cast<std::int64_t>(inner_tid);
    w->detail =
        alive ? fmt::format("held by thread {} ({}) of another process", inner_tid, status_field(status, "Name")) : "";
  } else if (e_.snapshot.live && lives(e_.snapshot.pid, static_cast<int>(inner_tid))) {
    w->ends = Ends::kOutside;  // while others were asked to stop
    w->detail = fmt::format("held by thread {}, which has just begun", inner_tid);
  } else {
    w->ends = Ends::kGone;
    w->gone = static_cast<std::int64_t>(inner_tid);
  }
}

// pthread_mutex_t: the word, count, owner, users, kind. Robust and PI ones keep the owner in the word.
void Recogniser::mutex(Wait* w) {
  w->kind = "mutex";
  const std::uint32_t kind = word(w->address + 16);
  constexpr std::uint32_t kRobust = 16, kInherit = 32, kShared = 128;
  std::uint32_t owner = word(w->address + 8);
  if (kind & (kRobust | kInherit)) owner = word(w->address) & FUTEX_TID_MASK;
  hold_by(w, owner, (kind & kShared) != 0);
}

// pthread_rwlock_t: readers * 8 + bits, writers, the phase's word at 8, the writers' at 12, the writer's id at 24.
void Recogniser::rwlock(Wait* w, bool for_writing) {
  w->kind = "rwlock";
  w->mode = for_writing ? "write" : "read";
  const std::uint64_t word_at = w->address;
  const bool for_phase = word_at % 8 == 0 && word(word_at) <= 3;  // one bit, and a mark that somebody sleeps
  if (word_at % 8 != 0) {
    w->address = word_at - 12;
  } else if (for_phase) {
    w->address = word_at - 8;
  }
  const std::uint32_t writer = word(w->address + 24);
  constexpr std::uint32_t kWritePhase = 1, kReaderShift = 3;
  const std::uint32_t state = word(w->address);
  std::uint32_t readers = state >> kReaderShift;
  if (writer != 0) {
    hold_by(w, writer, word(w->address + 28) != 0);
    return;
  }
  // In a write phase the readers that are counted wait for its end. In the others' phase, one that sleeps until it begins
  // is counted already, and about to be woken.
  if ((state & kWritePhase) != 0 || (for_phase && !for_writing)) readers = 0;
  if (readers == 0) return;  // on its way from one to another
  w->shared_hold = true;
  w->detail = fmt::format("{} {} it for reading", readers, readers == 1 ? "thread holds" : "threads hold");
  readers_of(e_, w, readers);
}

// A primitive of lockstep::sync. Without names, one whose word names a thread of the process is a lock.
void Recogniser::sync(Wait* w, Object object) {
  const auto primitive = primitive_of_sleeper(memory_, thread_);
  // Queues have waiters of another kind, which do not say whose they are.
  w->address = primitive.value_or(0);
  if (w->kind.empty())
    w->kind = object == Object::kSyncShared ? "rwlock" : object == Object::kSyncMutex ? "mutex" : "lock";
  if (!primitive) return;
  if (object == Object::kSyncShared) {
    const SyncOwner owner = owner_of_shared_mutex(memory_, *primitive);
    if (owner.readers != 0) {
      w->shared_hold = true;
      w->detail =
          fmt::format("{} {} it for reading", owner.readers, owner.readers == 1 ? "thread holds" : "threads hold");
      readers_of(e_, w, owner.readers);
    } else {
      hold_by(w, owner.thread, false);
    }
    return;
  }
  if (object != Object::kSyncMutex && w->kind != "lock") return;
  const SyncOwner owner = owner_of_mutex(memory_, *primitive);
  if (owner.coroutine) {
    hold_by_coroutine(e_, w);
  } else if (object == Object::kSyncMutex || e_.snapshot.inner_thread(owner.thread)) {
    hold_by(w, owner.thread, false);
  }
}

// Without names. Counts of waiters that fit are what makes it likely that an object is what it looks like.
Object Recogniser::by_layout() const {
  const std::uint64_t at = thread_.arguments[0];
  const auto expected = static_cast<std::uint32_t>(thread_.arguments[2]);
  if (thread_at(at - kTidAt) != 0) return Object::kJoin;
  if (primitive_of_sleeper(memory_, thread_)) return Object::kSync;
  const std::uint32_t owner = word(at + 8), kind = word(at + 16);
  const bool mutex_kind = (kind & ~0x3ffu) == 0;
  const std::uint64_t owner_pointer = memory_.value<std::uint64_t>(at + 8);
  if (expected == 2 && thread_at(owner_pointer) != 0) return Object::kStream;
  if (expected == 2 && mutex_kind && owner != 0 && word(at + 12) != 0 && word(at + 12) < 1u << 20)
    return Object::kMutex;
  if ((kind & 16) != 0 && mutex_kind && (expected & FUTEX_TID_MASK) == (word(at) & FUTEX_TID_MASK) && expected > 3) {
    return Object::kMutex;
  }
  // pthread_once_t: how often the process had forked, and 1 while the function runs.
  if ((expected & 3u) == 1 && thread_.arguments[3] == 0 && runner_of_once(e_, index_, at)) return Object::kOnce;
  // The guard's word has values of its own.
  if (at % 8 == 0 && (expected == 0x100 || expected == 0x10100)) return Object::kStatic;
  // sem_t: the value and the number of waiters.
  if (at % 8 == 0 && expected == 0 && word(at + 4) != 0 && word(at + 4) == sleepers_on({at})) return Object::kSemaphore;
  // pthread_cond_t: two groups' signals at 40 and 44, eight times the number of waiters at 36.
  const std::uint64_t condition = at - (at % 8 == 0 ? 40 : 44);
  constexpr std::uint32_t kWaiterShift = 3;
  if (word(condition + 36) >> kWaiterShift != 0 &&
      word(condition + 36) >> kWaiterShift == sleepers_on({condition + 40, condition + 44})) {
    return Object::kCondition;
  }
  // pthread_barrier_t: who came, the round's word, how many must come.
  if (const std::uint32_t came = word(at - 4) - word(at);
      came != 0 && came < word(at + 4) && came == sleepers_on({at})) {
    return Object::kBarrier;
  }
  // Readers behind a writer that goes first: both marks in the readers' word, and the writer sleeps on the phase's.
  constexpr std::uint32_t kWriterAndReadersWait = 6;
  if (at % 8 == 0 && (expected & kWriterAndReadersWait) == kWriterAndReadersWait && word(at + 24) == 0 &&
      word(at + 28) <= 1 && sleepers_on({at + 8}) != 0) {
    return Object::kRead;
  }
  // pthread_rwlock_t: a writer sleeps at 12, or at 8 until the word there is 1; a reader at 8 while it is.
  const std::uint64_t rwlock = at % 8 == 0 ? at - 8 : at - 12;
  const std::uint32_t state = word(rwlock);
  if (expected == 2 || expected == 3) {
    const bool known_writer = e_.snapshot.inner_thread(word(rwlock + 24)) != nullptr;
    const bool fits = word(rwlock + 28) <= 1 && state >> 3 < 1u << 20 && word(rwlock + 4) < 1u << 20;
    if (fits && (known_writer || (state & 2u) != 0 || word(rwlock + 4) != 0)) {
      return at % 8 == 0 && expected == 3 ? Object::kRead : Object::kWrite;
    }
  }
  return Object::kNone;
}

std::optional<Wait> Recogniser::futex() {
  const std::uint64_t at = thread_.arguments[0];
  const auto operation = static_cast<int>(thread_.arguments[1]) & FUTEX_CMD_MASK;
  const bool is_private = (thread_.arguments[1] & FUTEX_PRIVATE_FLAG) != 0;
  const auto expected = static_cast<std::uint32_t>(thread_.arguments[2]);
  const bool inherits = operation == FUTEX_LOCK_PI || operation == FUTEX_LOCK_PI2;
  const bool timed = thread_.arguments[3] != 0;
  // A stop takes a sleeper out of the kernel's queue; where the word has changed since, it goes on when it is let go.
  if (!inherits && (operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET) && word(at) != expected)
    return std::nullopt;

  Match match = by_function(stack_);
  if (match.object == Object::kNone) match.object = inherits ? Object::kMutex : by_layout();
  Wait w;
  w.address = at;
  w.kind = match.kind;
  switch (match.object) {
    case Object::kMutex:
      mutex(&w);
      break;
    case Object::kRead:
    case Object::kWrite:
      rwlock(&w, match.object == Object::kWrite);
      break;
    case Object::kCondition:
      w.kind = "condition variable";
      w.address = at - (at % 8 == 0 ? 40 : 44);
      break;
    case Object::kSemaphore:
      w.kind = "semaphore";
      break;
    case Object::kBarrier:
      w.kind = "barrier";
      w.address = at - 4;
      w.detail = fmt::format("{} of {} have come", word(at - 4) - word(at), word(at + 4));
      break;
    case Object::kJoin: {
      w.kind = "join";
      w.address = 0;
      hold_by(&w, expected, false);
      if (w.ends == Ends::kGone) return std::nullopt;  // it is just ending
      break;
    }
    case Object::kOnce:
      w.kind = "once";
      runners_of_once(e_, index_, &w);
      break;
    case Object::kStatic:
      w.kind = "static initialisation";
      runners_of_static(e_, index_, &w);
      break;
    case Object::kFuture:
      w.kind = "future";
      break;
    case Object::kStream:
      w.kind = "stream";
      hold_by(&w, thread_at(memory_.value<std::uint64_t>(at + 8)), false);
      break;
    case Object::kSyncMutex:
    case Object::kSyncShared:
    case Object::kSync:
      sync(&w, match.object);
      break;
    case Object::kPool:
      w.kind = kIdleInPool;
      w.address = 0;
      w.ends = Ends::kOutside;
      return w;
    case Object::kAtomic:
      break;
    case Object::kNone:
      w.kind = "futex";
      w.detail = fmt::format("its value is {}", word(at));
      break;
  }
  // Locks that keep their owner's id and mark that somebody waits, as the kernel's own protocol demands.
  const bool marked = (word(at) & FUTEX_WAITERS) != 0;
  if (match.object == Object::kNone && marked) {
    hold_by(&w, word(at) & FUTEX_TID_MASK, !is_private);
  }
  if (timed) {
    w.ends = Ends::kTime;
    w.detail += (w.detail.empty() ? "" : ", ") + std::string("with a time limit");
  }
  const Mapping* m = e_.snapshot.mapping(at);
  if (!is_private && m && m->shared && w.ends == Ends::kAnyThread) {
    w.ends = Ends::kOutside;
    w.detail += (w.detail.empty() ? "" : ", ") + std::string("in memory shared with other processes");
  }
  if (w.ends == Ends::kAnyThread && w.kind == "semaphore" && handles_signals(e_.snapshot)) {
    w.ends = Ends::kOutside;  // a handler may post it
  }
  name_object(e_, index_, &w);
  return w;
}

std::optional<Wait> Recogniser::descriptor(const SleepingCall& call) {
  Wait w;
  w.kind = call.name;
  w.ends = Ends::kOutside;
  if (!e_.snapshot.live) return w;
  const Descriptor d = describe_descriptor(e_.snapshot.view, static_cast<int>(thread_.arguments[0]));
  w.object = d.name;
  w.detail = d.detail;
  // Only a wait that is known to last may be part of a deadlock.
  if (d.own && thread_.came.has_value() && !handles_signals(e_.snapshot)) w.ends = Ends::kAnyThread;
  return w;
}

std::optional<Wait> Recogniser::run() {
  if (thread_.syscall < 0 || thread_.came.value_or(false)) return std::nullopt;
  const SleepingCall* call = sleeping_call(thread_.syscall);
  Wait w;
  w.ends = Ends::kOutside;
  if (!call) {
    w.kind = fmt::format("system call {}", thread_.syscall);
    return w;
  }
  w.kind = call->name;
  switch (call->ends) {
    case Sleep::kFutex:
      return futex();
    case Sleep::kDescriptor:
      return descriptor(*call);
    case Sleep::kFileLock:
      w.kind = "file lock";
      if (e_.snapshot.live)
        describe_file_lock(e_.snapshot.pid, e_.snapshot.view, static_cast<int>(thread_.arguments[0]), &w);
      return w;
    case Sleep::kTime:
      w.ends = Ends::kTime;
      return w;
    case Sleep::kOutside:
      return w;
  }
  return w;
}

}  // namespace

std::optional<Wait> recognise(const Evidence& evidence, std::size_t thread) {
  return Recogniser(evidence, thread).run();
}

}  // namespace lockstep::dump
