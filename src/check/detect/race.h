// Data races, and uses of freed memory: a shadow of the program's memory.
//
// Every 8 bytes of the program that an execution touches have a cell with the newest write and read as epochs
// (thread, index of its last event), after FastTrack (Flanagan, Freund, PLDI 2009); what does not fit (different
// bytes, concurrent readers) goes into a list, so nothing is forgotten and a race is exact. Atomic accesses live in
// the graph's locations, which the cell points to. Cells carry the number of the execution they are valid for, so
// nothing has to be cleared between executions.
//
// Also the way from an address to the graph's Location.
#pragma once

#include "program/thread.h"

namespace lockstep::runtime::race {

void open();
void reset();
/// Forgets the shadow of all executions.
void wipe();

/// A plain access is about to happen. Does not return if it races or touches freed memory.
void plain(Thread& t, u64 address, u64 size, bool write, u64 pc);

/// The graph's location for an atomic access that is about to happen; checks it against plain ones.
Location& atomic(Thread& t, u64 address, u32 size, bool write, u64 pc);
/// After a store to a location that shares bytes with others (mixed-size accesses): they must look again.
void written(Location& location);

/// The block is freed: conflicts with accesses that are not ordered before, and later accesses are found.
void freed(Thread& t, u64 address, u64 size, u64 pc, bool check);

/// The memory of these bytes holds an object (a mutex, …) that should be dropped with it.
void mark_object(u64 address);

/// Races on these bytes are not reported in this execution (annotations).
void benign(u64 address, u64 size);

/// Recording: the memory that more than one thread touches in this execution becomes known…
void collect_shared(bool on);
/// …and is then reported access by access.
bool is_shared(u64 address, u64 size);
void forget_shared();

}  // namespace lockstep::runtime::race
