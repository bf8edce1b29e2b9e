#include "fiber/fiber.h"

extern "C" {
void lockstep_switch(void** save_sp, void* new_sp, std::uint64_t new_fs);
void lockstep_fiber_start();
}

namespace lockstep::runtime {

void fiber_switch(Fiber& from, const Fiber& to) { lockstep_switch(&from.sp, to.sp, to.fs); }

void fiber_prepare(Fiber& fiber, void* stack_top, void (*entry)(void*), void* argument) {
  // What lockstep_switch pops: r15 r14 r13 r12 rbx rbp, then the address it returns to. The stack is 16-byte aligned
  // at the call in lockstep_fiber_start.
  u64* top = reinterpret_cast<u64*>(reinterpret_cast<u64>(stack_top) & ~u64{15});
  *--top = 0;
  *--top = 0;
  *--top = reinterpret_cast<u64>(&lockstep_fiber_start);
  *--top = 0;                                // rbp
  *--top = 0;                                // rbx
  *--top = reinterpret_cast<u64>(argument);  // r12
  *--top = reinterpret_cast<u64>(entry);     // r13
  *--top = 0;                                // r14
  *--top = 0;                                // r15
  fiber.sp = top;
}

u64 current_fs() {
  u64 fs;
  asm volatile("movq %%fs:0, %0" : "=r"(fs));  // the TCB's first word is its own address
  return fs;
}

}  // namespace lockstep::runtime
