// What a sleeping thread waits for, by the functions it is in and by how the C library lays out its objects.
//
// Symbols make it sure; without any (a static, stripped program) the word it sleeps on and what stands round it decide.
// A new kind of lock is a line in the table of functions (recognise.cpp), and where its owner is kept.
// The layouts are those of glibc on x86-64 since 2.25. Thread safety: pure functions.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dump/picture.h"
#include "dump/snapshot.h"
#include "dump/symbols.h"

namespace lockstep::dump {

/// What is known of all threads when one is judged.
struct Evidence {
  const Snapshot& snapshot;
  Symbols& symbols;
  const std::vector<std::vector<Frame>>& stacks;            // of snapshot.threads
  const std::map<std::uint64_t, std::string>& given_names;  // those of lockstep::sync's primitives, by address
  const std::map<std::uint64_t, int>& tasks;                // of lockstep::async, by the promises of their coroutines

  /// The task that holds a mutex of lockstep::sync whose word says that a coroutine does; 0 if it is not known.
  int task_with(std::uint64_t mutex) const {
    const auto holder = snapshot.async.lock_holders.find(mutex);
    const auto task = holder == snapshot.async.lock_holders.end() ? tasks.end() : tasks.find(holder->second);
    return task == tasks.end() ? 0 : task->second;
  }
};

/// Nothing for a thread that runs, or that is about to go on.
std::optional<Wait> recognise(const Evidence& evidence, std::size_t thread);

}  // namespace lockstep::dump
