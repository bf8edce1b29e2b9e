// Adds to the cell of the processor that the thread runs on, without a locked instruction: a restartable sequence
// (rseq(2)). The kernel sends a thread that is preempted, migrated or interrupted by a signal between looking up its
// processor and adding to the abort handler, so that nobody else can have added to the cell in between.
//
// A processor has two cells, and a thread adds to them in turn: an add to memory waits for the one before it to the same
// place, which is most of what it costs (2.1 ns for one add after the other with one cell, 1.0 with two).
//
// glibc 2.35 and later register each thread with the kernel; `rseq_available()` says whether that has worked. All that
// is bound to the architecture is here: elsewhere `rseq_available()` is false.
//
// Thread safety: both functions may be called by any thread, from signal handlers too.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lockstep/sync/thread.h"
#include "lockstep/sync/tool.h"

#if defined(__x86_64__) && !defined(LOCKSTEP_SYNC_TSAN) && __has_include(<sys/rseq.h>)
#define LOCKSTEP_SYNC_RSEQ 1
#include <sys/rseq.h>
#else
#define LOCKSTEP_SYNC_RSEQ 0
#endif

namespace lockstep::sync::internal {

#if LOCKSTEP_SYNC_RSEQ

inline bool rseq_available() { return __rseq_size != 0; }

/// The cell of the two whose turn it is, as an offset.
LOCKSTEP_SYNC_TLS std::uint32_t rseq_turn = 0;

/// Adds n to one of the two 64-bit numbers at cells + 64 * (this processor's number). False if there are no such cells:
/// nothing was done.
inline bool rseq_add(void* cells, std::uint32_t count, std::int64_t n) {
  const std::uint64_t turn = rseq_turn ^= sizeof n;
  for (;;) {
    // The section's descriptor goes into the group of the function's own section ("?"), so that it goes where an inline
    // function's discarded copy goes. Offsets into struct rseq: cpu_id 4, rseq_cs 8. The bytes before the abort handler
    // are the signature that the kernel asks for, RSEQ_SIG, dressed as an instruction.
    asm goto(
        ".pushsection __rseq_cs, \"aw?\"\n"
        ".balign 32\n"
        "771:\n"
        ".long 0, 0\n"
        ".quad 772f, 773f - 772f, 774f\n"
        ".popsection\n"
        "leaq 771b(%%rip), %%rax\n"
        "movq %%rax, %%fs:8(%[area])\n"
        "772:\n"
        "movl %%fs:4(%[area]), %%eax\n"
        "cmpl %[count], %%eax\n"
        "jae %l[no_cell]\n"
        "shlq $6, %%rax\n"
        "addq %[turn], %%rax\n"
        "addq %[n], (%[cells], %%rax)\n"
        "773:\n"
        ".pushsection .text.unlikely, \"ax?\"\n"
        ".byte 0x0f, 0xb9, 0x3d\n"
        ".long 0x53053053\n"
        "774:\n"
        "jmp %l[again]\n"
        ".popsection\n"
        :
        : [area] "r"(__rseq_offset), [cells] "r"(cells), [count] "r"(count), [n] "er"(n), [turn] "r"(turn)
        : "memory", "cc", "rax"
        : again, no_cell);
    return true;
  again:;
  }
no_cell:
  return false;
}

#else

inline bool rseq_available() { return false; }
inline bool rseq_add(void*, std::uint32_t, std::int64_t) { return false; }

#endif

}  // namespace lockstep::sync::internal
