// Is this translation unit instrumented for ThreadSanitizer (and so for `lockstep check`)? What the instrumentation
// cannot see, system calls that act as fences and assembly, is then replaced by C++ that it can.
#ifndef LOCKSTEP_SYNC_INTERNAL_INSTRUMENTED_H
#define LOCKSTEP_SYNC_INTERNAL_INSTRUMENTED_H

namespace lockstep::sync::internal {

#if defined(__SANITIZE_THREAD__)
inline constexpr bool kInstrumented = true;
#define LOCKSTEP_SYNC_INSTRUMENTED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
inline constexpr bool kInstrumented = true;
#define LOCKSTEP_SYNC_INSTRUMENTED 1
#endif
#endif
#ifndef LOCKSTEP_SYNC_INSTRUMENTED
inline constexpr bool kInstrumented = false;
#define LOCKSTEP_SYNC_INSTRUMENTED 0
#endif

}  // namespace lockstep::sync::internal
#endif
