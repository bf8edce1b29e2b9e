// Other memory orders for an atomic access, in the source.
//
// Thread safety: pure functions.
#pragma once

#include <optional>
#include <string>

#include "check/protocol/segment.h"

namespace lockstep::explain {

/// Which order an access gets.
struct WantedOrder {
  bool release = false, acquire = false;
  bool sequential = false;  // and nothing else counts
};

/// The line with the orders changed in its one call that does `op` on the object whose last name is `name`: a member
/// function or the C library's `_explicit` one. Nothing if there is no such call, if several could be meant, or if it
/// names no order. The orders are such as the standard allows there: a load never releases, a failed compare-exchange
/// neither.
std::optional<std::string> with_order(const std::string& line, protocol::Op op, const std::string& name,
                                      const WantedOrder& wanted);

}  // namespace lockstep::explain
