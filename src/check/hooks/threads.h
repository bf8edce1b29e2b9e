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

/// pthread keys; an errno value.
int key_create(Thread& t, unsigned* key, void (*destructor)(void*));
int key_delete(Thread& t, unsigned key);
void* key_get(Thread& t, unsigned key);
int key_set(Thread& t, unsigned key, const void* value);
/// Keys below belong to the C library (made outside of executions).
inline constexpr unsigned kFirstKey = 512;

}  // namespace lockstep::runtime::threads
