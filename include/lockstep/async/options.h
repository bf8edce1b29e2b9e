// How run() sets up the loop of its thread.
#pragma once

#include <chrono>
#include <stop_token>

namespace lockstep::async {

enum class backend_kind {
  automatic,  ///< LOCKSTEP_ASYNC_BACKEND, if set; else io_uring, and epoll where that cannot be set up
  io_uring,
  epoll,
  simulated,  ///< no kernel: timers, tasks, and sockets and pipes in memory; for `lockstep check` and for tests
};

struct run_options {
  backend_kind backend = backend_kind::automatic;
  /// Time stands still while anything can run, and jumps to the next timer when nothing can: a test of an hour's
  /// timeouts takes a millisecond, and gives the same order each time. It stands still while a function of to_thread
  /// runs; while a primitive of lockstep::sync is waited for, or a scope_handle is there, other threads have a
  /// millisecond to act before it jumps.
  bool virtual_time = false;
  /// A function that keeps the loop for longer is reported with its stack; 0 turns that off. (LOCKSTEP_ASYNC_WATCHDOG=0
  /// turns it off for a process.)
  std::chrono::milliseconds watchdog{25};
  /// A stop requested here cancels the task. By any thread.
  std::stop_token stop = {};
};

}  // namespace lockstep::async
