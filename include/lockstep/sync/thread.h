// Who the calling thread is, and whether another one sleeps. Internal.
//
// A thread is known by the kernel's number: it is unique among those alive, has at most 22 bits, and is what debuggers
// and /proc call it. It is asked for once in a thread's life, and again in the child of a fork. Thread safety:
// everything may be called by any thread.
#pragma once

#include <atomic>
#include <cstdint>

#include "lockstep/sync/futex.h"
#include "lockstep/sync/tool.h"

namespace lockstep::sync::internal {

// initial-exec: one instruction, also in a shared library.
#define LOCKSTEP_SYNC_TLS constinit inline thread_local __attribute__((tls_model("initial-exec")))

LOCKSTEP_SYNC_TLS std::uint32_t this_thread_number = 0;

/// Asks the kernel, and sees to it that a forked child asks again.
std::uint32_t learn_thread_number() noexcept;

inline std::uint32_t thread_number() noexcept {
  std::uint32_t number = this_thread_number;
  if (number != 0) [[likely]]
    return number;
  // The checker knows no fork, and is to see no more than it must.
  return under_checker() ? this_thread_number = kernel_thread_id() : learn_thread_number();
}

/// Which threads sleep in one of our waits: a spinner asks whether the holder can get on at all. A hint: two threads
/// whose numbers agree in the low bits share a place, and one who sleeps elsewhere (in read()) is not seen.
class sleepers {
 public:
  static void set(std::uint32_t thread, bool asleep) noexcept {
    if (under_checker()) return;                             // nobody spins there
    place(thread).store(asleep, std::memory_order_relaxed);  // a hint orders nothing
  }
  static bool asleep(std::uint32_t thread) noexcept { return place(thread).load(std::memory_order_relaxed); }

 private:
  static constexpr std::uint32_t kPlaces = 4096;
  static std::atomic<bool>& place(std::uint32_t thread) noexcept { return places_[thread % kPlaces]; }
  constinit static inline std::atomic<bool> places_[kPlaces] = {};
};

/// The stack of a moment, innermost first.
struct stack_trace {
  static constexpr int kMostFrames = 12;
  void* frames[kMostFrames] = {};
  int depth = 0;

  void capture() noexcept;
};

/// A watchdog runs: those who go to sleep note their stack.
constinit inline std::atomic<bool> want_wait_stacks = false;

}  // namespace lockstep::sync::internal
