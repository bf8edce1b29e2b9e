// The program's heap: malloc and friends, at addresses that are the same in every execution.
//
// Two areas. Outside of executions a plain thread-safe size-class allocator serves the *persistent* area, which the
// snapshot covers. Inside an execution memory comes from the *execution* area: each thread has an arena at a fixed
// place, a bump allocator that starts anew each time, so the address of a thread's k-th block does not depend on what
// other threads did (but for blocks that do not fit into its 64 MiB). No block is used twice, so a use after free is
// always seen. Blocks are zeroed: what an uninitialised read gives must not depend on earlier executions.
#pragma once

#include "program/thread.h"

namespace lockstep::runtime::heap {

/// In front of every block.
struct Header {
  Header* previous;  // execution area: the block before, in the same arena
  u64 size;
  u64 pc;  // who allocated it
  u32 state;
  u16 thread;
  u16 flags;
};
inline constexpr u32 kLive = 0x4c495645;
inline constexpr u32 kFreed = 0x46524545;
/// The caller was the C library itself (a stdio buffer): not the program's to free.
inline constexpr u16 kLibraryOwned = 1;

void open();
/// Execution area: empty again.
void reset();

/// Null and ENOMEM (in `error`) when it cannot be had. `t` is the running thread or null outside of executions.
void* allocate(Thread* t, u64 size, u64 alignment, u64 pc);
void release(Thread* t, void* block, u64 pc);
void* resize(Thread* t, void* block, u64 size, u64 pc);
u64 usable_size(void* block);

bool in_execution_area(u64 address);
/// All blocks of the execution; those of one arena follow each other, newest (highest address) first.
void for_each_block(void (*visit)(Header*, void*), void* argument);
inline u8* user_of(Header* h) { return reinterpret_cast<u8*>(h + 1); }
/// The block of the execution area that contains the address, null if none.
Header* find(u64 address);

u64 persistent_low();
u64 persistent_high();

}  // namespace lockstep::runtime::heap
