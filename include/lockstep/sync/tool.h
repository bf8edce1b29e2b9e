// What lockstep::sync tells the tools that watch a program: `lockstep check` and ThreadSanitizer. Internal.
//
// The algorithms are in headers, so they are compiled with the instrumentation of the program that uses them, and
// `lockstep check` explores them as they are: every atomic with the memory order that stands there, every futex. Only
// what cannot change a result is left out under the checker: spinning before a wait, statistics, lock orders (it has
// its own). ThreadSanitizer proper is told of mutexes as such, so that it reports them by kind and finds inverted
// orders. The checker is not told: the annotation would add the very ordering that is to be proved. Thread safety:
// everything may be called by any thread.
#pragma once

#if defined(__SANITIZE_THREAD__)
#define LOCKSTEP_SYNC_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define LOCKSTEP_SYNC_TSAN 1
#endif
#endif

#ifdef LOCKSTEP_SYNC_TSAN
#include "lockstep/check.h"

extern "C" {
void __tsan_mutex_create(void* address, unsigned flags);
void __tsan_mutex_destroy(void* address, unsigned flags);
void __tsan_mutex_pre_lock(void* address, unsigned flags);
void __tsan_mutex_post_lock(void* address, unsigned flags, int recursion);
int __tsan_mutex_pre_unlock(void* address, unsigned flags);
void __tsan_mutex_post_unlock(void* address, unsigned flags);
}
#endif

namespace lockstep::sync::internal {

#ifdef LOCKSTEP_SYNC_TSAN
inline constexpr bool kTsan = true;
inline const bool kUnderChecker = LOCKSTEP_RUNTIME(void (*)(int), lockstep_runtime_assume) != nullptr;
/// The program runs under `lockstep check`. Not instrumented: nobody wants to read of it.
__attribute__((no_sanitize("thread"))) inline bool under_checker() noexcept { return kUnderChecker; }
inline void tell_name(const void* object, const char* name) { lockstep_name(object, name); }
#else
inline constexpr bool kTsan = false;
constexpr bool under_checker() noexcept { return false; }
inline void tell_name(const void*, const char*) {}
#endif

/// How ThreadSanitizer sees locks. It ignores what happens between its "pre" and "post" calls, so both are made in one
/// place: after the lock is there and before it goes. Otherwise it would miss what a queue or an executor inside
/// orders.
struct tsan {
  enum : unsigned { kExclusive = 0, kShared = 1u << 3 };

#ifdef LOCKSTEP_SYNC_TSAN
  static void destroy(const void* p) {
    constexpr unsigned kLinkerInit = 1u << 0;
    if (!under_checker()) __tsan_mutex_destroy(const_cast<void*>(p), kLinkerInit);
  }
  static void locked(const void* p, unsigned how = kExclusive) {
    if (under_checker()) return;
    __tsan_mutex_pre_lock(const_cast<void*>(p), how);
    __tsan_mutex_post_lock(const_cast<void*>(p), how, 0);
  }
  static void try_locked(const void* p, unsigned how = kExclusive) {
    constexpr unsigned kTry = 1u << 4;  // no order: it does not wait
    locked(p, how | kTry);
  }
  static void unlocking(const void* p, unsigned how = kExclusive) {
    if (under_checker()) return;
    __tsan_mutex_pre_unlock(const_cast<void*>(p), how);
    __tsan_mutex_post_unlock(const_cast<void*>(p), how);
  }
#else
  static constexpr void destroy(const void*) {}
  static constexpr void locked(const void*, unsigned = kExclusive) {}
  static constexpr void try_locked(const void*, unsigned = kExclusive) {}
  static constexpr void unlocking(const void*, unsigned = kExclusive) {}
#endif
};

}  // namespace lockstep::sync::internal
