// Clang's thread-safety annotations, under names that no other library uses. With other compilers they are nothing.
//
//     class accounts {
//       lockstep::sync::mutex mutex_;
//       int balance_ LOCKSTEP_GUARDED_BY(mutex_) = 0;
//     };
//
// `clang++ -Wthread-safety` then warns of every access to `balance_` without the lock. libstdc++'s std::lock_guard and
// std::unique_lock carry no annotations: use lockstep::sync::lock_guard (<lockstep/sync/lock_guard.h>) where the
// analysis is to follow, or annotate the function. Reference: https://clang.llvm.org/docs/ThreadSafetyAnalysis.html
#pragma once

#if defined(__clang__)
#define LOCKSTEP_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define LOCKSTEP_THREAD_ANNOTATION(x)
#endif

// On types.
#define LOCKSTEP_CAPABILITY(kind) LOCKSTEP_THREAD_ANNOTATION(capability(kind))
#define LOCKSTEP_SCOPED_CAPABILITY LOCKSTEP_THREAD_ANNOTATION(scoped_lockable)
// On data.
#define LOCKSTEP_GUARDED_BY(lock) LOCKSTEP_THREAD_ANNOTATION(guarded_by(lock))
#define LOCKSTEP_PT_GUARDED_BY(lock) LOCKSTEP_THREAD_ANNOTATION(pt_guarded_by(lock))
// On functions.
#define LOCKSTEP_ACQUIRE(...) LOCKSTEP_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define LOCKSTEP_ACQUIRE_SHARED(...) LOCKSTEP_THREAD_ANNOTATION(acquire_shared_capability(__VA_ARGS__))
#define LOCKSTEP_RELEASE(...) LOCKSTEP_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
#define LOCKSTEP_RELEASE_SHARED(...) LOCKSTEP_THREAD_ANNOTATION(release_shared_capability(__VA_ARGS__))
#define LOCKSTEP_RELEASE_GENERIC(...) LOCKSTEP_THREAD_ANNOTATION(release_generic_capability(__VA_ARGS__))
#define LOCKSTEP_TRY_ACQUIRE(...) LOCKSTEP_THREAD_ANNOTATION(try_acquire_capability(__VA_ARGS__))
#define LOCKSTEP_TRY_ACQUIRE_SHARED(...) LOCKSTEP_THREAD_ANNOTATION(try_acquire_shared_capability(__VA_ARGS__))
#define LOCKSTEP_REQUIRES(...) LOCKSTEP_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define LOCKSTEP_REQUIRES_SHARED(...) LOCKSTEP_THREAD_ANNOTATION(requires_shared_capability(__VA_ARGS__))
#define LOCKSTEP_EXCLUDES(...) LOCKSTEP_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
#define LOCKSTEP_RETURN_CAPABILITY(lock) LOCKSTEP_THREAD_ANNOTATION(lock_returned(lock))
#define LOCKSTEP_NO_THREAD_SAFETY_ANALYSIS LOCKSTEP_THREAD_ANNOTATION(no_thread_safety_analysis)
