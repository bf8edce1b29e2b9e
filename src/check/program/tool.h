// The other half, asked from inside the program's process: the `lockstep` executable that belongs to this library.
//
// Thread safety: outside of executions only.
#pragma once

#include "base/base.h"

namespace lockstep::runtime::tool {

/// Runs `lockstep ARGUMENTS...` (null-terminated, without the program's name) and stores what it prints. Returns the
/// number of bytes, 0 if it is not there or failed. `out` gets at most `capacity` bytes.
std::size_t run(const char* const* arguments, void* out, std::size_t capacity);

}  // namespace lockstep::runtime::tool
