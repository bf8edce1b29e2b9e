// A pair of fences of which one is nearly free: the side that runs often pays for a compiler barrier, the side that
// runs seldom for a system call that makes every running thread of the process execute a full barrier (membarrier(2),
// MEMBARRIER_CMD_PRIVATE_EXPEDITED).
//
// The pair has the effect of two `atomic_thread_fence(seq_cst)`: of two threads that each write, fence and then read
// what the other wrote, one light and one heavy, at least one sees the other's write.
//
// Where the kernel has no membarrier, and in programs instrumented for ThreadSanitizer (which is what `lockstep check`
// reads; a system call is no fence to it), both are real seq_cst fences. So what is proved is the algorithm with two
// seq_cst fences; that membarrier gives as much is the kernel's promise, not ours.
//
// Idea: P1202 "Asymmetric fences"; userspace RCU (liburcu, flavour memb).
//
// Thread safety: all functions may be called by any thread. Errors: none; a kernel without membarrier costs speed.
#pragma once

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

#include "lockstep/sync/tool.h"

namespace lockstep::sync::internal {

/// A full fence. ThreadSanitizer does not model fences and GCC says so; what reads the instrumentation here does.
inline void full_fence() {
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wtsan"
#endif
  std::atomic_thread_fence(std::memory_order_seq_cst);
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
}

/// Registers the process with the kernel, before the first thread is started (it costs milliseconds afterwards).
inline const bool kMembarrier = !kTsan && syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;

/// The side that runs often.
inline void light_fence() {
  if (kMembarrier) {
    std::atomic_signal_fence(std::memory_order_seq_cst);
  } else {
    full_fence();
  }
}

/// The side that runs seldom: some microseconds.
inline void heavy_fence() {
  full_fence();
  if (kMembarrier) syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
}

}  // namespace lockstep::sync::internal
