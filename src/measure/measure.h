// What a process, a thread and a coroutine cost on this machine: to make one, to switch to one, to keep one.
//
// Each figure is the median of several rounds, in nanoseconds and bytes. Switches are measured on one processor, where
// the two really take turns. Takes about a second. Thread safety: none; no other thread should be busy meanwhile.
// Errors: std::system_error (no more processes, …).
#pragma once

#include <string_view>

namespace lockstep::measure {

/// What is said of such costs; a range, in the unit of the figure.
struct Claim {
  double least, most;
  std::string_view text;
};

struct Cost {
  double creation_ns;   ///< to make one that does nothing, to its end
  double switch_ns;     ///< from one to another, one way, with what causes it (processes and threads: a byte in a pipe)
  double memory_bytes;  ///< what one holds that waits: resident memory; a coroutine's frame
  double reserved_bytes;  ///< addresses set aside for its stack; 0: none
  Claim creation, switching, memory;
};

struct Costs {
  Cost process, thread, coroutine;
};

Costs measure();

}  // namespace lockstep::measure
