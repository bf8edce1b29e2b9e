// What locks, condition variables, semaphores, barriers, once flags, futexes and joins do: their semantics, apart
// from the many library functions that reach them (hooks/).
//
// All take the running thread and the call's place in the program and return what the POSIX function returns (0 or
// an errno value) unless said otherwise. They may block, be interleaved with other threads, and end the execution
// with a bug. Call with `running` null.
//
// A blocked operation is blocked, not retried. A timed operation is always enabled: if it is chosen before it can
// succeed, its time has passed and virtual time moves to its deadline.
#pragma once

#include "program/objects.h"
#include "program/thread.h"

namespace lockstep::runtime::sync {

enum class Mode : u8 { kBlock, kTry, kTimed };

/// The mutex's memory has a word that shows its owner, as glibc's does. Memory that says "free" under a mutex that is
/// held has been initialised anew (a mutex on the stack in the place of an older one): then it starts afresh.
void mutex_mirror(u64 mutex, int* owner_word);
int mutex_init(Thread& t, u64 mutex, protocol::LockType type, bool robust, u64 pc);
int mutex_destroy(Thread& t, u64 mutex, u64 pc);
/// `type` is used when the mutex is seen for the first time (statically initialised).
int mutex_lock(Thread& t, u64 mutex, protocol::LockType type, Mode mode, u64 deadline, u64 pc);
int mutex_unlock(Thread& t, u64 mutex, protocol::LockType type, u64 pc);
int mutex_consistent(Thread& t, u64 mutex);
/// The caller holds the mutex for a coroutine: no thread is its owner, and any may unlock it.
void mutex_disown(Thread& t, u64 mutex);
int mutex_unlock_disowned(Thread& t, u64 mutex, u64 pc);
/// The number of the thread that holds it, as gettid says; all ones for a coroutine, 0: nobody.
u32 mutex_holder(Thread& t, u64 mutex);

int condition_wait(Thread& t, u64 condition, u64 mutex, Mode mode, u64 deadline, u64 pc);
/// How many were woken.
u32 condition_notify(Thread& t, u64 condition, bool all, u64 pc);
int condition_destroy(Thread& t, u64 condition, u64 pc);

int rwlock_init(Thread& t, u64 lock, bool prefers_writers, u64 pc);
int rwlock_destroy(Thread& t, u64 lock, u64 pc);
int rwlock_lock(Thread& t, u64 lock, bool write, Mode mode, u64 deadline, bool prefers_writers, u64 pc);
int rwlock_unlock(Thread& t, u64 lock, u64 pc);

int semaphore_init(Thread& t, u64 semaphore, u32 value);
int semaphore_wait(Thread& t, u64 semaphore, Mode mode, u64 deadline, u64 pc);
/// EOVERFLOW: that would be more than `most`.
int semaphore_post(Thread& t, u64 semaphore, u64 pc, u32 n = 1, u32 most = 0x7fffffff);
u32 semaphore_value(Thread& t, u64 semaphore);
void semaphore_destroy(Thread& t, u64 semaphore);

int barrier_init(Thread& t, u64 barrier, u32 count);
/// Returns 0, or PTHREAD_BARRIER_SERIAL_THREAD for one of the threads.
int barrier_wait(Thread& t, u64 barrier, u64 pc);
int barrier_destroy(Thread& t, u64 barrier, u64 pc);

/// True: the caller is to run the initialiser and then call once_done (or once_failed).
bool once_begin(Thread& t, u64 once, u64 pc);
void once_done(Thread& t, u64 once, u64 pc);
void once_failed(Thread& t, u64 once, u64 pc);

/// 0 woken, or EAGAIN, ETIMEDOUT.
int futex_wait(Thread& t, u64 word, u32 expected, u32 bits, Mode mode, u64 deadline, u64 pc);
/// Number of threads woken; up to `requeue` more are moved to `target`.
int futex_wake(Thread& t, u64 word, u32 count, u32 bits, u32 requeue, u64 target, u64 pc);

/// Waits for the end of a thread; ETIMEDOUT, EBUSY (try).
int join(Thread& t, Thread& target, Mode mode, u64 deadline, u64 pc);
void sleep_until(Thread& t, u64 deadline, u64 pc);
void yield(Thread& t, u64 pc);

/// Happens-before edges of annotations.
void acquire(Thread& t, u64 address, bool record);
void release(Thread& t, u64 address, bool record);

/// A thread ends: robust mutexes that it holds tell the next owner.
void owner_ends(Thread& t);

}  // namespace lockstep::runtime::sync
