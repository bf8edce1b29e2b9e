// A trace file: one recorded execution on disk, to replay and to explain later.
//
// JSON: {"lockstep_trace": 1, "checksum": "<16 hex digits>", "content": {…}}; the checksum is over the content as
// written, so damage is noticed; the content has the build-id of the program, so another build is noticed too.
// Thread safety: pure functions of their arguments.
// The parser is made for hostile input: it throws TraceError for anything that is not a sound trace, and nothing else.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "trace/execution.h"

namespace lockstep::trace {

inline constexpr int kTraceVersion = 3;

/// What is wrong with a trace, as a clause that fits behind "FILE ".
struct TraceError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string to_text(const Execution& execution);
Execution from_text(std::string_view text);

/// The text with its checksum put right, for fuzzing what lies behind it; throws TraceError if that cannot be done.
std::string with_checksum(std::string_view text);

/// Reads and parses the file; throws TraceError.
Execution load_trace(const std::string& path);

}  // namespace lockstep::trace
