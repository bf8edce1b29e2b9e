// The calls of the standard library by which a program waits and wakes, as the reader knows them: what is told is
// `std::barrier::arrive_and_wait` on `sync_point`, not the loads and futexes inside of it.
//
// Thread safety: pure functions of their arguments (the namer caches).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "explain/history.h"
#include "names/namer.h"

namespace lockstep::explain {

struct LibraryCall {
  std::string function;     // without template arguments: std::barrier::arrive_and_wait
  std::uint64_t frame = 0;  // the caller's canonical frame address
  int line = 0;             // of the call
  bool operator==(const LibraryCall&) const = default;
};

/// The library's function that the innermost of the user's frames calls, if any.
std::optional<LibraryCall> any_library_call(const trace::Execution& execution, trace::Stack stack, names::Namer& namer);

/// The same, if it is one whose inside is not told.
std::optional<LibraryCall> library_call(const trace::Execution& execution, trace::Stack stack, names::Namer& namer);

/// What the call does, as a verb: "arrives and waits at".
std::string call_verb(const LibraryCall& call);

/// Whether the call consists in waiting.
bool call_waits(const LibraryCall& call);

/// The execution with the operations on the library's own words (the waiter pool of std::atomic wait) told of the
/// objects that the program called it for.
trace::Execution with_objects_of_calls(const trace::Execution& execution, names::Namer& namer);

}  // namespace lockstep::explain
