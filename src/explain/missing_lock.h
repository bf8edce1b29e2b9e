// The lock that a racing access lacks: the one under which the program otherwise uses the object.
//
// Thread safety: pure functions (the namer and the source cache).
#pragma once

#include <optional>
#include <string>

#include "explain/diagnosis.h"
#include "explain/source.h"

namespace lockstep::explain {

struct MissingLock {
  std::string lock;    // its name
  std::string holder;  // who holds it otherwise, as a part of a sentence: "every other access holds it"
  Index bare = kNone;  // the access without it
  std::string diff;    // that takes it there; empty where the source does not allow to tell
};

/// Of a race on the object called `object`. Nothing if no lock goes with it.
std::optional<MissingLock> missing_lock(const History& history, const Diagnosis& diagnosis, const std::string& object,
                                        names::Namer& namer, Source& source);

}  // namespace lockstep::explain
