// What the tasks of lockstep::async wait for, in the terms of a picture: each task is one of its threads.
//
// A task is a chain of coroutines, each awaited by the next, up to the one that was started by itself (spawned in a scope,
// one of several in when_all or when_any, or the program's own); at its inner end something is waited for. Tasks that can go
// on are not known. Thread safety: pure functions, but for Symbols.
#pragma once

#include <cstdint>
#include <map>

#include "dump/picture.h"
#include "dump/recognise.h"
#include "dump/snapshot.h"

namespace lockstep::dump {

/// Numbers for all tasks, -1, -2, …, by the promises of their coroutines.
std::map<std::uint64_t, int> number_tasks(const Snapshot& snapshot);

/// Adds the tasks behind the threads, which are all there, and says of the threads of loops what they are.
void add_tasks(const Evidence& evidence, Picture* picture);

}  // namespace lockstep::dump
