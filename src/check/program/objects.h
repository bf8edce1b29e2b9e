// The objects that threads wait for: mutexes, condition variables, reader-writer locks, semaphores, barriers, once
// flags, futex words. Found by their address; made when first used; forgotten with their memory.
#pragma once

#include "program/thread.h"
#include "protocol/segment.h"

namespace lockstep::runtime {

enum class ObjectKind : u8 { kMutex, kCondition, kRwLock, kSemaphore, kBarrier, kOnce, kFutex };

struct Object {
  u64 address;
  Object* next;            // all objects of the execution
  Clock* clock;            // an operation that acquires synchronises with this
  Clock* read_clock;       // rwlock: released read locks, which the next writer synchronises with
  Thread* owner;           // mutex, writer, thread that runs a once
  List<Thread*> waiters;   // condition variable, futex, barrier: in order of arrival
  List<Arrival> arrivals;  // barrier: of this round
  List<u16> readers;       // rwlock: threads that hold it for reading; barrier: who has ever come
  u64 count;               // recursion depth, semaphore value, threads at the barrier, state of a once
  u32 limit;               // barrier
  u64 newest;              // the last operation that changed it: thread << 32 | index
  u32 last_change;         // graph mode: its name there
  u64 first_state;         // graph mode: state before the first operation
  u32 waiting_writers;     // graph mode, rwlock that prefers writers
  u64 now;                 // graph mode: virtual time of its last operation
  Clock* order;            // graph mode, interleavings: what is before its next operation…
  Clock* looks;            // …if that changes it
  Clock* kernel_clock;     // graph mode, futex: of all operations in the kernel so far
  u32 version;             // changes whenever a failed attempt might now succeed
  u32 acquired;            // the recorded event that took it
  int* mirror;             // mutex: the word of its memory that shows the owner as glibc would; null if there is none
  ObjectKind kind;
  protocol::LockType lock_type;
  bool prefers_writers, robust, owner_died, unrecoverable, initialized;
};

namespace objects {
void reset();
/// Forgets the objects of all executions.
void wipe();
/// The object at this address; made if there is none or one of another kind.
Object& get(u64 address, ObjectKind kind);
/// Null if there is none.
Object* find(u64 address, ObjectKind kind);
void drop(Object& object);
/// The 8 bytes at `granule` were freed: drops what lies there. A held lock there is a bug.
void memory_freed(Thread& t, u64 granule, u64 pc);
Object* all();
}  // namespace objects

}  // namespace lockstep::runtime
