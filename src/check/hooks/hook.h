// How every hook begins.
//
// A hook is a function that the program under test calls instead of the C library's (or ThreadSanitizer's). It turns
// the call into what src/check/program offers and does nothing else. When no execution is running, or the checker's
// own code has reached it, it passes the call on.
#pragma once

#include "base/real.h"
#include "program/program.h"

extern "C" {
/// Where the newest entry stub (entry.S) has stored the caller's registers.
extern lockstep::runtime::EntryFrame* lockstep_entry __attribute__((visibility("hidden")));
}

/// What an entry stub calls: hidden, but with a C name, lockstep_impl_<name>.
#define LOCKSTEP_IMPLEMENTATION extern "C" __attribute__((visibility("hidden"), used))

namespace lockstep::runtime {

#define LOCKSTEP_CALLER reinterpret_cast<::lockstep::runtime::u64>(__builtin_return_address(0))

/// Passes the call on unless program code is running; otherwise declares `t`, `pc`, and enters the checker.
#define LOCKSTEP_HOOK(pass_on)                                                      \
  ::lockstep::runtime::Thread* const running_thread = ::lockstep::runtime::running; \
  if (!running_thread) return pass_on;                                              \
  ::lockstep::runtime::Inside inside(running_thread, LOCKSTEP_CALLER);              \
  ::lockstep::runtime::Thread& t = *running_thread;                                 \
  [[maybe_unused]] const ::lockstep::runtime::u64 pc = LOCKSTEP_CALLER;             \
  t.entry = nullptr

/// The same behind an entry stub: the caller's registers are known, so spinning can be recognised.
#define LOCKSTEP_STUB_HOOK(pass_on)                                                 \
  ::lockstep::runtime::EntryFrame* const frame = lockstep_entry;                    \
  ::lockstep::runtime::Thread* const running_thread = ::lockstep::runtime::running; \
  if (!running_thread) return pass_on;                                              \
  ::lockstep::runtime::Inside inside(running_thread, frame->return_address);        \
  ::lockstep::runtime::Thread& t = *running_thread;                                 \
  [[maybe_unused]] const ::lockstep::runtime::u64 pc = frame->return_address;       \
  t.entry = frame

inline u64 address_of(const volatile void* p) { return reinterpret_cast<u64>(p); }

}  // namespace lockstep::runtime
