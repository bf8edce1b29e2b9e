// What happens at the edges of a thread's and the process's life: thread-local destructors, pthread keys, atexit
// handlers; and the state that these need in each execution.
#pragma once

#include "program/thread.h"

namespace lockstep::runtime::lifecycle {

/// Before each execution.
void reset();
/// The start routine of t has returned (or called pthread_exit): destructors run, then the thread ends.
[[noreturn]] void thread_returns(Thread& t, void* result);
/// exit(): thread-local destructors of t, handlers in reverse order, the program's own destructors, stdio.
void run_exit_handlers(Thread& t);
/// Pointers that keep heap blocks alive: arguments of handlers, values of keys.
void for_each_root(void (*visit)(u64 pointer, void* argument), void* argument);

}  // namespace lockstep::runtime::lifecycle
