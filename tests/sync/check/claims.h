// Claims of one place each, for the proofs of biased_index.
#pragma once

#include <cassert>
#include <cstdint>

#include "lockstep/sync/internal/biased_index.h"

inline std::uint64_t claim_one(lockstep::sync::internal::biased_index& index) {
  for (;;) {
    if (auto c = index.claim([](std::uint64_t p) { return p + 1; })) return c.from;
  }
}

/// Claims a place that nobody has, behind places that all have been claimed.
inline std::uint64_t take(lockstep::sync::internal::biased_index& index, int* written) {
  std::uint64_t position = claim_one(index);
  assert(written[position] == 0);
  written[position] = 1;
  return position;
}
