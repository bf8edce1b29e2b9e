// How a thread waits for something that another running thread is about to do, without going to sleep: pauses that grow,
// then the processor is given up.
//
// In an instrumented program every round is alike and changes nothing, which is what lets `lockstep check` see a spin
// and wait for a change instead of running the rounds.
//
// Thread safety: a spinner belongs to one thread.
#ifndef LOCKSTEP_SYNC_INTERNAL_RELAX_H
#define LOCKSTEP_SYNC_INTERNAL_RELAX_H

#include <lockstep/sync/internal/instrumented.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <thread>

namespace lockstep::sync::internal {

/// Tells the processor that this is a spin.
inline void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb");
#endif
}

class spinner {
 public:
  /// Waits a little; longer each time, up to some 64 pauses, and from then on yields the processor.
  void once() {
    if constexpr (kInstrumented) {
      relax();
    } else {
      if (round_ < kPauses) {
        for (std::uint32_t i = 0; i < (1U << round_); ++i) relax();
        ++round_;
      } else {
        sched_yield();
      }
    }
  }
  /// Spinning longer is unlikely to help: the other thread is probably not running.
  bool tired() const { return round_ >= kPauses; }

 private:
  static constexpr std::uint32_t kPauses = 7;
  std::uint32_t round_ = 0;
};

/// For waits that may be long and cannot be woken: as spinner, then sleeps of 50 µs, doubled up to 1 ms.
class patience {
 public:
  void once() {
    if (kInstrumented || rounds_ < kYields) {
      spin_.once();
      if constexpr (!kInstrumented) ++rounds_;
      return;
    }
    std::this_thread::sleep_for(sleep_);
    sleep_ = std::min(sleep_ * 2, std::chrono::microseconds(1000));
  }

 private:
  static constexpr std::uint32_t kYields = 64;
  spinner spin_;
  std::uint32_t rounds_ = 0;
  std::chrono::microseconds sleep_{50};
};

}  // namespace lockstep::sync::internal
#endif
