// What happens at the edges of a thread's and the process's life: thread-local destructors, pthread keys, atexit
// handlers; and the state that these need in each execution.
#pragma once

#include "program/thread.h"

namespace lockstep::runtime::lifecycle {

/// Before each execution.
void reset();
/// Registers a handler; one of the two functions is null. `dso` is the handle of the module that it belongs to.
void at_exit(void (*function)(void*), void (*with_status)(int, void*), void* argument, void* dso);
/// Runs and forgets the handlers of a module that is unloaded.
void run_handlers_of(Thread& t, void* dso);
/// The start routine of t has returned (or called pthread_exit): destructors run, then the thread ends.
[[noreturn]] void thread_returns(Thread& t, void* result);
/// exit(): thread-local destructors of t, handlers in reverse order, the program's own destructors, stdio.
void run_exit_handlers(Thread& t);
/// Pointers that keep heap blocks alive: arguments of handlers, values of keys.
void for_each_root(void (*visit)(u64 pointer, void* argument), void* argument);

}  // namespace lockstep::runtime::lifecycle

/// pthread keys of the execution. Functions return errno values.
namespace lockstep::runtime::keys {

int create(Thread& t, unsigned* key, void (*destructor)(void*));
int remove(Thread& t, unsigned key);
void* get(Thread& t, unsigned key);
int set(Thread& t, unsigned key, const void* value);
/// Keys below belong to the C library (made outside of executions).
inline constexpr unsigned kFirst = 512;

}  // namespace lockstep::runtime::keys
