// How a thread waits for something that another running thread is about to do and that will not wake it: pauses that
// grow, then the processor is given up; `patience` sleeps in the end.
//
// Under the checker every round is alike and changes nothing, so that it sees a spin and waits for a change instead of
// running the rounds.
//
// Thread safety: both belong to one thread.
#pragma once

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <thread>

#include "lockstep/sync/futex.h"
#include "lockstep/sync/tool.h"

namespace lockstep::sync::internal {

class backoff {
 public:
  /// Waits a little; longer each time, up to some 64 pauses, and from then on yields the processor.
  void once() {
    if (under_checker()) {
      cpu_pause();
    } else if (round_ < kRounds) {
      for (std::uint32_t i = 0; i < (1U << round_); ++i) cpu_pause();
      ++round_;
    } else {
      sched_yield();
    }
  }
  /// Spinning longer is unlikely to help: the other thread is probably not running.
  bool tired() const { return round_ >= kRounds; }

 private:
  static constexpr std::uint32_t kRounds = 7;
  std::uint32_t round_ = 0;
};

/// For waits that may be long and cannot be woken: as backoff, then sleeps of 50 µs, doubled up to 1 ms.
class patience {
 public:
  void once() {
    if (under_checker() || rounds_ < kYields) {
      spin_.once();
      if (!under_checker()) ++rounds_;
      return;
    }
    std::this_thread::sleep_for(sleep_);
    sleep_ = std::min(sleep_ * 2, std::chrono::microseconds(1000));
  }

 private:
  static constexpr std::uint32_t kYields = 64;
  backoff spin_;
  std::uint32_t rounds_ = 0;
  std::chrono::microseconds sleep_{50};
};

}  // namespace lockstep::sync::internal
