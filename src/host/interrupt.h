// Ctrl-C while the program under test runs.
//
// Thread safety: one guard at a time; counts may be read from anywhere.
#pragma once

namespace lockstep::host {

/// Counts SIGINT and SIGTERM instead of dying of them, as long as it lives.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
};

int interrupts();

}  // namespace lockstep::host
