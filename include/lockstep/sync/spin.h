// How long a thread looks at a word before it goes to sleep.
//
// Spinning pays only if the change is made by a thread that runs meanwhile. So nobody spins
//   - on a machine with one processor,
//   - while more threads are runnable than there are processors (the kernel's count, looked up at most every 5 ms),
//   - for a holder that sleeps in one of our own waits,
//   - under `lockstep check`, where it could change nothing but the number of executions.
//
// Who waits for a signal of another thread (not for a lock, whose holder can be asked for) is more stubborn. When all
// processors are busy and each of the two sleeps as soon as it waits, each wake-up waits for the end of a stranger's
// time slice; if both happen to run and spin, they hand over until the end of their own slices. So every 64th wait
// spins all the same, longer; while that succeeds, the next ones spin, too, and so does whoever signals one that spins,
// where that can be told (condition). Measured, two threads that talk beside two that never sleep, on two processors:
// mostly 0.4 to 10 µs a hand-over, against 3 to 140 by where the kernel put them.
//
// A holder that the kernel has preempted cannot be told from one that runs; the bound of the loop is for that case.
// Pauses get longer up to 16 at a time, so that spinners leave the line to the one that works. A thread that takes a
// lock every few dozen nanoseconds waits for one or two microseconds at a time: whoever has the line gets through
// a hundred sections meanwhile, where changing over after each one would take longer than the sections.
// (Two threads, empty sections, nanoseconds for one: 60 with the short pauses, 19 so, one thread alone 14.)
// Thread safety: a `spinner` belongs to one thread; the rest may be called by any.
// Source: Karlin, Li, Manasse, Owicki, "Empirical Studies of Competitive Spinning", SOSP 1991: spin about as long as
// sleeping and waking would cost.
#pragma once

#include <atomic>
#include <cstdint>

#include "lockstep/sync/futex.h"
#include "lockstep/sync/thread.h"
#include "lockstep/sync/tool.h"

namespace lockstep::sync::internal {

/// Set by `measure_load`: at least one processor is free for a spinner.
constinit inline std::atomic<bool> spinning_pays = false;
/// When to measure again, in nanoseconds of the steady clock.
constinit inline std::atomic<std::int64_t> load_valid_until = 0;
/// Counts runnable threads and processors, if the last count is older than 5 ms. Some microseconds then, else 25 ns.
void measure_load() noexcept;

/// What a thread knows of its last waits for signals while spinning did not pay.
struct stubbornness {
  std::uint32_t waits = 0;
  std::int32_t credit = 0;  ///< above 0: the next wait spins
};
LOCKSTEP_SYNC_TLS stubbornness this_stubbornness = {};

/// One stay in a loop that looks at a word:
///     for (spinner spin; spin.again(holder);) if (try_it()) return;
class spinner {
 public:
  /// About 5 µs: what a sleep and a wake cost.
  static constexpr std::uint32_t kPauses = 400;

  struct for_signal {
    /// 1 to 16: how long to pause before the second look. Long where the one that signals first needs the very line that
    /// is looked at: each look takes it away from there.
    std::uint32_t first_pauses = 1;
  };

  explicit spinner(std::uint32_t pauses = kPauses) noexcept : left_(pauses) {
    if (under_checker()) {
      left_ = 0;
      return;
    }
    measure_load();
  }
  struct for_lock {
    /// The section and what is between two of them is shorter than the lock's cache line takes to another processor.
    bool often = false;
  };
  explicit spinner(for_lock how) noexcept : spinner() {
    if (how.often) step_ = kPausesIfOften;
    // Two threads that hand over meet at locks, too; to sleep there would end it.
    anyway_ = this_stubbornness.credit > 0;
  }
  explicit spinner(for_signal how) noexcept : spinner() {
    step_ = how.first_pauses;
    if (left_ == 0 || spinning_pays.load(std::memory_order_relaxed)) return;
    stubbornness& mine = this_stubbornness;
    bool attempt = mine.credit <= 0;
    anyway_ = stubborn_ = !attempt || ++mine.waits % kAttemptEvery == 0;
    if (stubborn_ && attempt) {
      mine.credit = 0;
      left_ = kAttemptPauses;
    }
  }
  ~spinner() {
    if (!stubborn_) return;
    stubbornness& mine = this_stubbornness;
    if (left_ == 0)
      mine.credit -= kMostCredit / 4;
    else
      mine.credit = mine.credit == 0 ? kMostCredit / 2 : mine.credit < kMostCredit ? mine.credit + 1 : kMostCredit;
  }
  spinner(const spinner&) = delete;
  spinner& operator=(const spinner&) = delete;

  /// The calling thread has signalled one that spins: that one runs, and may answer soon. So it spins next time, too.
  static void has_signalled_a_spinner() noexcept {
    if (under_checker() || spinning_pays.load(std::memory_order_relaxed)) return;
    if (this_stubbornness.credit <= 0) this_stubbornness.credit = kMostCredit / 2;
  }

  /// Will it pause at all?
  bool pays() const noexcept { return left_ != 0 && (anyway_ || spinning_pays.load(std::memory_order_relaxed)); }
  /// Pauses; false: it is time to sleep. `holder` is the thread on which the change depends, 0 if unknown.
  bool again(std::uint32_t holder = 0) noexcept {
    if (!pays()) return false;
    if (holder != 0 && sleepers::asleep(holder)) return false;
    std::uint32_t now = step_ < left_ ? step_ : left_;
    left_ -= now;
    for (std::uint32_t i = 0; i < now; ++i) cpu_pause();
    if (step_ < 16) step_ *= 2;
    return true;
  }

 private:
  static constexpr std::uint32_t kPausesIfOften = 128;
  static constexpr std::uint32_t kAttemptEvery = 64;
  static constexpr std::uint32_t kAttemptPauses = 5 * kPauses;
  static constexpr std::int32_t kMostCredit = 64;

  std::uint32_t left_;
  std::uint32_t step_ = 1;
  bool anyway_ = false;    ///< also while more threads are runnable than there are processors
  bool stubborn_ = false;  ///< anyway, and what comes of it is noted
};

}  // namespace lockstep::sync::internal
