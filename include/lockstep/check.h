// Lockstep's checker inside a test, and what a program can tell the checker.
//
//     #include <lockstep/check.h>
//
//     TEST(Counter, LosesNothing) {
//       auto report = lockstep::check({}, [] {
//         std::atomic<int> counter = 0;
//         std::jthread other([&] { ++counter; });
//         ++counter;
//         other.join();
//         assert(counter == 2);
//       });
//       EXPECT_EQ(report.verdict, "pass") << report.text;
//     }
//
// `check` runs the function again and again, each time with other interleavings and other values that the memory
// model lets a load return, until it fails, all executions were seen, or the budget is used up. Build with
// `-fsanitize=thread` and link `lockstep::check` (CMake) or `-llockstep_check`, without `-fsanitize=thread` on the
// link line.
//
// What the function may do: anything that a program may (see the README for what is not supported). Between two
// executions all memory is put back as it was before `check`: globals, thread-local and heap objects. The caller's
// local variables are not: what the function writes to them by reference stays, so plain numbers can be collected
// there, but objects that own heap memory (a vector) must not be grown from inside.
// A failure is an assertion, an exception that leaves the function or a thread, a crash, a race, a deadlock, … ; the
// failure macros of a test framework only record and are undone with everything else.
//
// Outside of the checker (no Lockstep library in the process) `check` runs the function once and says
// "inconclusive"; everything else here does nothing. Usable from C, except for `check`.
//
// Thread safety: `check` must be called while no other thread of the process runs; the other functions may be called
// by any thread of the function under test.
#ifndef LOCKSTEP_CHECK_H
#define LOCKSTEP_CHECK_H

#include <dlfcn.h>
#include <stddef.h>  // NOLINT(modernize-deprecated-headers): C has no other
#include <stdint.h>  // NOLINT(modernize-deprecated-headers)

#ifdef __cplusplus
extern "C" {
#endif

/* What the runtime library offers. Not for direct use. */
struct lockstep_check_request {
  uint32_t version;      /* 1 */
  uint32_t mode;         /* 0 auto, 1 exhaustive, 2 brute, 3 pct, 4 random, 5 bounded */
  uint32_t memory_model; /* 0 rc11, 1 sc, 2 tso */
  uint32_t preemptions;
  uint64_t seed, executions, nanoseconds, depth;
  uint32_t keep_going, spurious_wakeups, detect_leaks;
  void (*function)(void*);
  void* argument;
};
struct lockstep_check_answer {
  uint32_t verdict; /* 0 pass, 1 fail, 2 inconclusive */
  uint32_t complete;
  uint64_t executions, blocked, nanoseconds;
  uint32_t bugs;
  const char* kinds[64];
  const char* text; /* records "name length\nbytes\n"; valid until the next check */
  size_t text_bytes;
};
__attribute__((weak)) void lockstep_runtime_check(const struct lockstep_check_request*, struct lockstep_check_answer*);
__attribute__((weak)) void lockstep_runtime_assume(int);
__attribute__((weak)) int lockstep_runtime_choose(int);
__attribute__((weak)) void lockstep_runtime_name(const void*, const char*);
__attribute__((weak)) void lockstep_runtime_name_thread(const char*);
__attribute__((weak)) void lockstep_runtime_accept_lock_order(const void*, const void*);

/* A weak reference stays null in programs that are not position independent; the loader knows better. */
#define LOCKSTEP_RUNTIME(type, name) ((name) ? (name) : (type)(uintptr_t)dlsym(NULL, #name))

/** Cuts this execution when `condition` is 0: it is not a bug and not counted as a complete execution. */
static inline void lockstep_assume(int condition) {
  void (*f)(int) = LOCKSTEP_RUNTIME(void (*)(int), lockstep_runtime_assume);
  if (f) f(condition);
}
/** A number from 0 to n-1; every one is explored. Outside of the checker 0. n must be at least 1. */
static inline int lockstep_choose(int n) {
  int (*f)(int) = LOCKSTEP_RUNTIME(int (*)(int), lockstep_runtime_choose);
  return f ? f(n) : 0;
}
/** What reports call this object. At most 55 characters are kept. */
static inline void lockstep_name(const void* object, const char* name) {
  void (*f)(const void*, const char*) = LOCKSTEP_RUNTIME(void (*)(const void*, const char*), lockstep_runtime_name);
  if (f) f(object, name);
}
/** What reports call the calling thread. At most 31 characters are kept. */
static inline void lockstep_name_thread(const char* name) {
  void (*f)(const char*) = LOCKSTEP_RUNTIME(void (*)(const char*), lockstep_runtime_name_thread);
  if (f) f(name);
}
/** These two locks may be taken in both orders: no lock-order warning about them (from here on, in this execution). */
static inline void lockstep_accept_lock_order(const void* a, const void* b) {
  void (*f)(const void*, const void*) =
      LOCKSTEP_RUNTIME(void (*)(const void*, const void*), lockstep_runtime_accept_lock_order);
  if (f) f(a, b);
}

#ifdef __cplusplus
}  // extern "C"

#include <chrono>
#include <string>
#include <vector>

namespace lockstep {

enum class mode : std::uint32_t { automatic, exhaustive, brute, pct, random, bounded };
enum class memory_model : std::uint32_t { rc11, sc, tso };

/// How to search. The defaults prove a small function and look for bugs in a larger one for ten seconds.
struct options {
  lockstep::mode mode = lockstep::mode::automatic;
  lockstep::memory_model memory_model = lockstep::memory_model::rc11;
  std::uint64_t executions = 0;                              ///< at most so many; 0: no limit
  std::chrono::nanoseconds time = std::chrono::seconds(10);  ///< at most so long; 0: no limit
  std::uint32_t preemptions = 2;                             ///< for mode::bounded
  std::uint64_t depth = 20000;                               ///< events of one execution before it is cut
  std::uint64_t seed = 1;                                    ///< of random choices; equal seeds give equal searches
  bool keep_going = false;                                   ///< all distinct bugs, not just the first
  bool spurious_wakeups = false;                             ///< condition variables may wake without a reason
  bool detect_leaks = true;
};

struct bug {
  std::string kind;     ///< "deadlock", "data-race", … (see `lockstep explain`)
  std::string pattern;  ///< "lock-order-inversion", …; "none" if it is none of the known ones; only of the first bug
  std::string summary;  ///< one sentence; only of the first bug
};

/// What `lockstep check --json` and its text would say.
struct report {
  std::string verdict = "inconclusive";  ///< "pass", "fail" or "inconclusive"
  bool complete = false;                 ///< all executions were seen
  std::uint64_t executions = 0;
  std::uint64_t blocked = 0;  ///< executions that an assumption or the depth limit has cut
  double seconds = 0;
  std::vector<bug> bugs;
  std::string text;
  std::string json;

  bool passed() const { return verdict == "pass"; }
};

namespace internal {

/// The value of a record "name length\nbytes\n", empty if there is none.
inline std::string field(const char* data, std::size_t n, const std::string& name) {
  std::string all(data, n);
  for (std::size_t at = 0; at < all.size();) {
    std::size_t line = all.find('\n', at);
    std::size_t space = all.find(' ', at);
    if (line == std::string::npos || space == std::string::npos || space > line) break;
    std::size_t length = std::stoull(all.substr(space + 1, line - space - 1));
    if (all.compare(at, space - at, name) == 0) return all.substr(line + 1, length);
    at = line + 1 + length + 1;
  }
  return {};
}

}  // namespace internal

/// Checks `function()`. Never throws on a bug: the report tells.
template <class Function>
report check(const options& o, Function&& function) {
  report r;
  auto* runtime =
      LOCKSTEP_RUNTIME(void (*)(const lockstep_check_request*, lockstep_check_answer*), lockstep_runtime_check);
  if (!runtime) {
    function();
    r.text = "lockstep: not checked, the function ran once: the program does not use Lockstep's library\n";
    return r;
  }
  // A lambda around it, so that plain functions serve as well.
  auto body = [&function] { static_cast<void>(function()); };
  lockstep_check_request request = {};
  request.version = 1;
  request.mode = static_cast<std::uint32_t>(o.mode);
  request.memory_model = static_cast<std::uint32_t>(o.memory_model);
  request.preemptions = o.preemptions;
  request.seed = o.seed;
  request.executions = o.executions;
  request.nanoseconds = static_cast<std::uint64_t>(o.time.count());
  request.depth = o.depth;
  request.keep_going = o.keep_going;
  request.spurious_wakeups = o.spurious_wakeups;
  request.detect_leaks = o.detect_leaks;
  request.function = [](void* it) { (*static_cast<decltype(body)*>(it))(); };
  request.argument = &body;
  lockstep_check_answer answer = {};
  runtime(&request, &answer);
  static constexpr const char* kVerdicts[] = {"pass", "fail", "inconclusive"};
  r.verdict = kVerdicts[answer.verdict];
  r.complete = answer.complete != 0;
  r.executions = answer.executions;
  r.blocked = answer.blocked;
  r.seconds = static_cast<double>(answer.nanoseconds) / 1e9;
  for (std::uint32_t i = 0; i < answer.bugs; ++i) r.bugs.push_back({answer.kinds[i], "none", ""});
  if (answer.text_bytes) {
    auto get = [&](const char* name) { return internal::field(answer.text, answer.text_bytes, name); };
    r.text = get("text");
    r.json = get("json");
    if (!r.bugs.empty()) {
      r.bugs[0].pattern = get("bug.pattern");
      r.bugs[0].summary = get("bug.summary");
    }
  }
  return r;
}

/// See lockstep_assume, lockstep_choose, lockstep_name, lockstep_name_thread.
inline void assume(bool condition) { lockstep_assume(condition); }
inline int choose(int n) { return lockstep_choose(n); }
template <class T>
void name(const T& object, const char* text) {
  lockstep_name(&object, text);
}
inline void name_thread(const char* text) { lockstep_name_thread(text); }
/// See lockstep_accept_lock_order.
template <class A, class B>
void accept_lock_order(const A& a, const B& b) {
  lockstep_accept_lock_order(&a, &b);
}

}  // namespace lockstep
#endif
#endif
