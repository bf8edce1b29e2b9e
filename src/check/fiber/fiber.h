// Fibers: the threads of the program under test, each with its own stack and its own thread-local storage.
//
// A switch saves the callee-saved registers on the old stack, moves to the new stack and changes the FS base, so
// that thread_local variables, errno and the exception machinery of the C++ runtime belong to the fiber. The TLS
// blocks are borrowed from real threads that do nothing else than sleep for ever, so glibc has set up everything in
// them that a thread needs.
//
// Bound to x86-64, the System V ABI and Linux, as are hooks/entry.S and the few inline instructions that
// ARCHITECTURE.md names.
#pragma once

#include "base/base.h"

namespace lockstep::runtime {

/// A suspended context: where its registers lie and which TLS block is its own.
struct Fiber {
  void* sp = nullptr;
  u64 fs = 0;
};

/// Callee-saved registers as an entry stub (hooks/entry.S) has stored them, and where it was called from.
struct EntryFrame {
  u64 r15, r14, r13, r12, rbx, rbp;
  u64 return_address;
  const u8* stack() const { return reinterpret_cast<const u8*>(this + 1); }
};

/// Suspends the running context into `from` and goes on with `to`.
void fiber_switch(Fiber& from, const Fiber& to);
/// Makes a fiber that will call entry(argument) on the stack that ends at stack_top. `entry` never returns.
void fiber_prepare(Fiber& fiber, void* stack_top, void (*entry)(void*), void* argument);
/// Clears what calls from here have left on the stack, `bytes` (a multiple of 8) deep.
extern "C" void lockstep_clear_below(std::size_t bytes);
/// The same, 256 bytes deep.
extern "C" void lockstep_clear_few();
u64 current_fs();
/// May a switch use wrfsbase? Set by tls::grow, before the first switch. Else it needs a system call.
extern "C" bool lockstep_has_fsgsbase;

/// Borrowed thread-local storage.
namespace tls {
/// Creates sleeping threads until there are at least `n` blocks. Must be called outside of executions. Returns how
/// many there are (fewer when the system refuses).
u32 grow(u32 n);
u32 count();
/// Threads of the process besides these and the caller.
u32 foreign_threads();
/// The FS base (and pthread_t) of block i.
u64 block(u32 i);
/// Bytes below and from the FS base that belong to a block.
std::size_t bytes_below();
std::size_t bytes_above();
/// Takes a copy of the contents of the first `n` blocks and of `own` (the engine thread's), restored by reset.
void take_snapshot(u64 own);
/// Puts block i back as the snapshot has it.
void reset(u32 i);
void reset_own();
/// Calls visit(low, high) for the TLS memory of one block.
inline u64 low_of(u64 fs) { return fs - bytes_below(); }
inline u64 high_of(u64 fs) { return fs + bytes_above(); }
}  // namespace tls

}  // namespace lockstep::runtime
