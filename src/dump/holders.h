// Who holds what keeps no record of its holders, where a lock was taken, and what it is called: read off stacks and
// code.
//
// A std::lock_guard and the like on a thread's stack says exactly what is held and where it was taken. Without one, a
// call of a lock function that lies before the place where the function stands now makes it likely. Thread safety: as
// Symbols.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "dump/picture.h"
#include "dump/recognise.h"

namespace lockstep::dump {

/// The threads that hold a reader-writer lock for reading, as far as they can be told: `count` of them are recorded.
void readers_of(const Evidence& evidence, Wait* wait, std::uint32_t count);

/// The index of the thread that runs the function of a pthread_once_t, without symbols; another one than the waiter if
/// there is one. Nothing if `word` is no such thing.
std::optional<std::size_t> runner_of_once(const Evidence& evidence, std::size_t waiter, std::uint64_t word);
/// The thread that runs what std::call_once or pthread_once waits for.
void runners_of_once(const Evidence& evidence, std::size_t waiter, Wait* wait);
/// The thread that initialises the static variable.
void runners_of_static(const Evidence& evidence, std::size_t waiter, Wait* wait);

/// A mutex of lockstep::sync whose word says that a coroutine holds it.
void hold_by_coroutine(const Evidence& evidence, Wait* wait);

/// `wait->object`, from the debug information of the variable at `wait->address` or of one that leads there. A task has
/// no stack that could lead there.
void name_object(const Evidence& evidence, std::optional<std::size_t> waiter, Wait* wait);

/// `wait->taken`, from the first holder's stack.
void find_taken(const Evidence& evidence, Wait* wait);

}  // namespace lockstep::dump
