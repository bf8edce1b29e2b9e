// Reports: where they go, and what the loops of the process are. Thread safety: everything may be called by any thread.
#pragma once

#include <string>

#include "lockstep/async/internal/loop.h"

namespace lockstep::async::internal {

/// Reads the environment, once.
void prepare_diagnosis();
/// To the handler that was set, or to standard error.
void print_report(const std::string& text) noexcept;

/// The loops of the process, for the signal that makes all of them print.
void enlist(loop& l);
void delist(loop& l);

}  // namespace lockstep::async::internal
