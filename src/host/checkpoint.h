// The file of `--checkpoint`: a search that was stopped, to go on with later.
//
// A line of JSON (what the search is of, and what was done), then the explorer's state, which only the runtime reads.
// Written beside the file and renamed, so that a failure leaves the old one whole. Thread safety: none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "host/child.h"
#include "host/search.h"

namespace lockstep::host {

struct Checkpoint {
  std::uint64_t executions = 0, blocked = 0;
  double seconds = 0;
  std::string state;
};

/// Nothing if there is no such file. Throws UserError if it is none, or of another program or other options.
std::optional<Checkpoint> load_checkpoint(const std::string& path, const Target& target, const Settings& settings);
void save_checkpoint(const std::string& path, const Target& target, const Settings& settings, const Checkpoint& c);

}  // namespace lockstep::host
