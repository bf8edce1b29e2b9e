#include "trace/vocabulary.h"

#include <array>
#include <cstddef>

namespace lockstep::trace {
namespace {

using protocol::Op;

struct OpWords {
  std::string_view name, verb;
};

constexpr std::array kKinds = {
    std::string_view("none"),
    std::string_view("data-race"),
    std::string_view("deadlock"),
    std::string_view("livelock"),
    std::string_view("starvation"),
    std::string_view("assertion"),
    std::string_view("uncaught-exception"),
    std::string_view("crash"),
    std::string_view("use-after-free"),
    std::string_view("double-free"),
    std::string_view("leak"),
    std::string_view("lock-misuse"),
    std::string_view("lock-order"),
    std::string_view("thread-leak"),
    std::string_view("exit-status"),
    std::string_view("nondeterminism"),
};

constexpr std::array kModes = {
    std::string_view("auto"),       std::string_view("exhaustive"), std::string_view("brute"),
    std::string_view("sleep-sets"), std::string_view("pct"),        std::string_view("pos"),
    std::string_view("random"),     std::string_view("bounded"),    std::string_view("replay"),
};
constexpr std::array kModels = {std::string_view("rc11"), std::string_view("sc"), std::string_view("tso")};
constexpr std::array kIsolations = {std::string_view("auto"), std::string_view("snapshot"), std::string_view("fork")};
constexpr std::array kOrders = {
    std::string_view("relaxed"),    std::string_view("consume"), std::string_view("acquire"),
    std::string_view("release"),    std::string_view("acq_rel"), std::string_view("seq_cst"),
    std::string_view("not atomic"),
};

constexpr OpWords words(Op op) {
  switch (op) {
    case Op::kNone:
      return {"none", "does nothing"};
    case Op::kLoad:
      return {"load", "loads"};
    case Op::kStore:
      return {"store", "stores"};
    case Op::kRmw:
      return {"read-modify-write", "updates"};
    case Op::kCas:
      return {"compare-exchange", "compares and exchanges"};
    case Op::kFence:
      return {"fence", "passes a fence"};
    case Op::kPlainRead:
      return {"read", "reads"};
    case Op::kPlainWrite:
      return {"write", "writes"};
    case Op::kThreadStart:
      return {"start", "starts"};
    case Op::kThreadEnd:
      return {"end", "ends"};
    case Op::kThreadCreate:
      return {"create", "creates"};
    case Op::kThreadJoin:
      return {"join", "joins"};
    case Op::kThreadDetach:
      return {"detach", "detaches"};
    case Op::kYield:
      return {"yield", "yields"};
    case Op::kSleep:
      return {"sleep", "sleeps"};
    case Op::kExit:
      return {"exit", "ends the process"};
    case Op::kLock:
      return {"lock", "locks"};
    case Op::kTryLock:
      return {"try-lock", "tries to lock"};
    case Op::kTimedLock:
      return {"timed-lock", "locks, with a deadline,"};
    case Op::kUnlock:
      return {"unlock", "unlocks"};
    case Op::kMutexInit:
      return {"mutex-init", "initialises"};
    case Op::kMutexDestroy:
      return {"mutex-destroy", "destroys"};
    case Op::kReadLock:
      return {"read-lock", "locks for reading"};
    case Op::kTryReadLock:
      return {"try-read-lock", "tries to lock for reading"};
    case Op::kTimedReadLock:
      return {"timed-read-lock", "locks for reading, with a deadline,"};
    case Op::kWriteLock:
      return {"write-lock", "locks for writing"};
    case Op::kTryWriteLock:
      return {"try-write-lock", "tries to lock for writing"};
    case Op::kTimedWriteLock:
      return {"timed-write-lock", "locks for writing, with a deadline,"};
    case Op::kRwUnlock:
      return {"rw-unlock", "unlocks"};
    case Op::kCondWait:
      return {"wait", "waits on"};
    case Op::kCondTimedWait:
      return {"timed-wait", "waits, with a deadline, on"};
    case Op::kCondWake:
      return {"wake", "wakes up on"};
    case Op::kNotifyOne:
      return {"notify-one", "notifies one on"};
    case Op::kNotifyAll:
      return {"notify-all", "notifies all on"};
    case Op::kSemWait:
      return {"semaphore-wait", "takes from"};
    case Op::kSemTryWait:
      return {"semaphore-try-wait", "tries to take from"};
    case Op::kSemTimedWait:
      return {"semaphore-timed-wait", "takes, with a deadline, from"};
    case Op::kSemPost:
      return {"semaphore-post", "posts"};
    case Op::kBarrierWait:
      return {"barrier-wait", "arrives at"};
    case Op::kOnceBegin:
      return {"once-begin", "enters the once"};
    case Op::kOnceEnd:
      return {"once-end", "completes the once"};
    case Op::kFutexWait:
      return {"futex-wait", "waits for a change of"};
    case Op::kFutexWake:
      return {"futex-wake", "wakes waiters of"};
    case Op::kFutexWoken:
      return {"futex-woken", "wakes up on"};
    case Op::kAlloc:
      return {"allocate", "allocates"};
    case Op::kFree:
      return {"free", "frees"};
    case Op::kChoose:
      return {"choose", "chooses"};
    case Op::kAssume:
      return {"assume", "assumes"};
    case Op::kAcquire:
      return {"acquire", "acquires"};
    case Op::kRelease:
      return {"release", "releases"};
    case Op::kTimeout:
      return {"timeout", "runs into the deadline on"};
  }
  return {"unknown", "does something with"};
}

template <class Table, class Value>
std::string_view lookup(const Table& table, Value value) {
  const auto index = static_cast<std::size_t>(value);
  return index < table.size() ? table[index] : std::string_view("unknown");
}

template <class Value, class Table>
std::optional<Value> find(const Table& table, std::string_view text) {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i] == text) return static_cast<Value>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view kind_name(protocol::Kind kind) { return lookup(kKinds, kind); }
std::string_view op_name(Op op) { return words(op).name; }
std::string_view op_verb(Op op) { return words(op).verb; }
std::string_view mode_name(protocol::Mode mode) { return lookup(kModes, mode); }
std::string_view model_name(protocol::MemoryModel model) { return lookup(kModels, model); }
std::string_view isolation_name(protocol::Isolation isolation) { return lookup(kIsolations, isolation); }
std::string_view order_name(protocol::Order order) { return lookup(kOrders, order); }

std::optional<protocol::Kind> parse_kind(std::string_view text) { return find<protocol::Kind>(kKinds, text); }
std::optional<protocol::Mode> parse_mode(std::string_view text) { return find<protocol::Mode>(kModes, text); }
std::optional<protocol::MemoryModel> parse_model(std::string_view text) {
  return find<protocol::MemoryModel>(kModels, text);
}
std::optional<protocol::Isolation> parse_isolation(std::string_view text) {
  return find<protocol::Isolation>(kIsolations, text);
}

bool is_read(Op op) { return op == Op::kLoad || op == Op::kPlainRead || op == Op::kRmw || op == Op::kCas; }
bool is_write(Op op) { return op == Op::kStore || op == Op::kPlainWrite || op == Op::kRmw || op == Op::kCas; }

bool is_acquire(Op op) {
  switch (op) {
    case Op::kLock:
    case Op::kTryLock:
    case Op::kTimedLock:
    case Op::kReadLock:
    case Op::kTryReadLock:
    case Op::kTimedReadLock:
    case Op::kWriteLock:
    case Op::kTryWriteLock:
    case Op::kTimedWriteLock:
      return true;
    default:
      return false;
  }
}

bool is_release(Op op) { return op == Op::kUnlock || op == Op::kRwUnlock; }
bool is_notify(Op op) {
  return op == Op::kNotifyOne || op == Op::kNotifyAll || op == Op::kFutexWake || op == Op::kSemPost;
}
bool is_wait(Op op) {
  switch (op) {
    case Op::kCondWait:
    case Op::kCondTimedWait:
    case Op::kCondWake:
    case Op::kSemWait:
    case Op::kSemTimedWait:
    case Op::kBarrierWait:
    case Op::kFutexWait:
    case Op::kFutexWoken:
      return true;
    default:
      return false;
  }
}

}  // namespace lockstep::trace
