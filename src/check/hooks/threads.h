// Thread operations shared by the pthread and the C11 hooks. Call with `running` null.
#pragma once

#include "program/thread.h"

namespace lockstep::runtime::threads {

/// Returns an errno value; the handle in `handle`.
int create(Thread& t, u64* handle, void* (*start)(void*), void* argument, bool detached, u64 pc);
int join(Thread& t, u64 handle, void** result, bool timed, u64 deadline, bool try_only, u64 pc);
int detach(Thread& t, u64 handle);
/// Unwinds the thread's stack (destructors run), then ends it.
[[noreturn]] void exit_thread(Thread& t, void* result);

}  // namespace lockstep::runtime::threads
