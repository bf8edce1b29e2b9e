// A position that threads move on to claim what lies between: one end of a queue. It belongs to the first thread that
// claims, which moves it by a plain store, until other threads come and it is moved by compare-exchange.
//
// A locked instruction costs little by itself, but nothing behind it begins before everything in front of it has ended:
// a queue whose items are claimed by compare-exchange waits for one cache line after the other. (Measured with one
// producer and one consumer: half of the time and more.) So the first thread is the owner. Another thread that comes
// takes the position from it ("revokes") and is the owner then, twice in the life of a position, since queues are filled
// by one thread and then handed to another; after that the position is shared for good.
//
// | state_       | the position is in | moved by                       | leads to                                         |
// |--------------|--------------------|--------------------------------|--------------------------------------------------|
// | nobody       | owned_[0]          | nobody yet                     | t:0 by its first user t; shared by share()       |
// | t:k          | owned_[k]          | thread t, the k-th owner       | revoking:k by another thread or share()          |
// | revoking:k   | owned_[k]          | t, once at most, unknowingly   | t':k+1 if k+1 < 3, t' being who revoked; shared  |
// | shared       | shared_            | all, by compare-exchange       | nothing                                          |
//
// Revoking is Dekker's protocol with unequal fences (asymmetric_fence.h), and waits for nobody:
//
//     owner: owned_[k] = moved; light fence; state_ still t:k?      revoker: state_ = revoking:k; heavy fence;
//                                                                            counted_[k] = owned_[k]; state_ = next
//
// Of the two at least one sees the other. An owner that finds its state unchanged was counted. One that finds it changed
// looks, once the revoker has finished, whether it was: then the claim holds, else it is void. A void claim leaves
// owned_[k] moved, where nobody looks for the position any more.
//
// Invariants:
// 1. A claim of the k-th owner holds exactly if counted_[k] is not before it (or was not written yet).
// 2. owned_[k] is written by the k-th owner, and before that by who made it the owner. A thread that was away since
//    before it lost the position may write once more, so each owner has a word of its own.
// 3. The position only grows; shared is for good.
//
// Memory order of each atomic:
// - owned_: store release, load acquire by others: who finds a position finds what happened before it was moved there.
// - shared_: moved by seq_cst exchange; load() is seq_cst.
// - counted_, and owned_[k + 1] or shared_ at the change: relaxed, before the change of state_.
// - state_: seq_cst. Of the claims' looks acquire would do for the claims; but who claims after a revocation and then
//   reads with seq_cst what others wrote before they looked at the position, must do so in that order.
//
// The others' view. load() looks at the state, then into the word that it names. If another one takes the position in
// between, what is read is where the position was when it was taken, at a moment within the call, or behind a claim that
// turns out to be void; never before the claims that happened before the call. But an owner's last claims may still be on
// the way from its processor, where a seq_cst exchange would be seen. load_settled() makes a heavy fence if the
// position belongs to another thread, some microseconds, and sees all that were made before; and of a thread that writes
// something by a seq_cst read-modify-write and then calls load_settled(), and an owner that claims and then reads it with
// seq_cst, at least one sees the other: by the fences, or, if the owner came only after the look at the state, by the
// order of the seq_cst operations.
//
// Threads are known by their number (thread.h). A number is given again only after its thread has ended, which the
// kernel orders: a new thread with that number is the owner then, and sees all that the old one did.
//
// Where the kernel has no membarrier, a position is shared from the start, and so it is under the checker, unless this
// protocol itself is explored (LOCKSTEP_SYNC_EXPLORE). With ThreadSanitizer there are owners; their fences are full ones.
//
// Limits: what a claim makes ready is not asked of the owner: revoking takes some microseconds, however long the owner
// is away. An owner that claims again from a signal handler that has interrupted its claim is not noticed.
//
// Thread safety: all functions may be called by any thread; not by signal handlers.
//
// Sources: Kawachiya, Koseki, Onodera, "Lock Reservation", OOPSLA 2002 (the owner's plain stores); Dice, Huang, Yang,
// "Asymmetric Dekker Synchronization", 2001 (the fences).
#pragma once

#include <atomic>
#include <cstdint>

#include "lockstep/sync/internal/asymmetric_fence.h"
#include "lockstep/sync/internal/backoff.h"
#include "lockstep/sync/internal/cache_line.h"
#include "lockstep/sync/thread.h"
#include "lockstep/sync/tool.h"

namespace lockstep::sync::internal {

class alignas(kCacheLine) biased_index {
 public:
  /// What lies between two positions; or none, and where the attempt was made.
  struct claimed {
    std::uint64_t from;
    std::uint64_t to;
    explicit operator bool() const { return from != to; }
  };

  /// One attempt. `next(position)`: where to move the position to, or `position`: there is nothing to be claimed. None:
  /// that, or another thread was quicker.
  template <class Next>
  [[gnu::always_inline]] claimed claim(Next&& next) {
    const std::uint32_t me = thread_number();
    for (;;) {
      const std::uint32_t state = state_.load(std::memory_order_seq_cst);
      if (state >> kOwnerShift == me) [[likely]] {
        std::atomic<std::uint64_t>& owned = owned_[state & kTenureMask];
        const std::uint64_t from = owned.load(std::memory_order_relaxed);
        const std::uint64_t to = next(from);
        if (to == from) return {from, from};
        owned.store(to, std::memory_order_release);
        owners_fence();
        if (state_.load(std::memory_order_seq_cst) == state) [[likely]]
          return {from, to};
        if (counted(state, to)) return {from, to};
      } else if (state == kShared || !come(me)) {
        const std::uint64_t from = shared_.load(std::memory_order_relaxed);
        const std::uint64_t to = next(from);
        if (to == from) return {from, from};
        std::uint64_t expected = from;
        bool moved =
            shared_.compare_exchange_strong(expected, to, std::memory_order_seq_cst, std::memory_order_relaxed);
        return {from, moved ? to : from};
      }
    }
  }

  /// Makes it shared. What is returned is the position from now on, for good; all earlier claims are in it.
  std::atomic<std::uint64_t>& share() {
    const std::uint32_t me = thread_number();
    patience wait;
    for (;;) {
      std::uint32_t state = state_.load(std::memory_order_seq_cst);
      if (state == kShared) return shared_;
      if (state >> kOwnerShift == kRevoker) {
        wait.once();
      } else if (state == kNobody) {
        state_.compare_exchange_strong(state, kShared, std::memory_order_seq_cst, std::memory_order_relaxed);
      } else {
        revoke(state, me, true);
      }
    }
  }

  std::uint64_t load() const { return word(state_.load(std::memory_order_seq_cst)).load(std::memory_order_seq_cst); }

  /// As load(), all claims before the call included.
  std::uint64_t load_settled() const {
    std::uint32_t state = state_.load(std::memory_order_seq_cst);
    if (!foreign(state)) return word(state).load(std::memory_order_seq_cst);
    heavy_fence();
    return word(state).load(std::memory_order_acquire);
  }
  /// load() may miss claims that load_settled() would not.
  bool unsettled() const { return foreign(state_.load(std::memory_order_seq_cst)); }

 private:
  static constexpr std::uint32_t kOwners = 3;
  static constexpr std::uint32_t kOwnerShift = 2;  // a thread's number has 22 bits, and is not 0
  static constexpr std::uint32_t kTenureMask = 3;
  static constexpr std::uint32_t kNobody = 0;
  static constexpr std::uint32_t kShared = 3;
  static constexpr std::uint32_t kRevoker = 1U << 29;  // in place of the owner's number

  const std::atomic<std::uint64_t>& word(std::uint32_t state) const {
    return state == kShared ? shared_ : owned_[state & kTenureMask];
  }
  static bool foreign(std::uint32_t state) {
    return state != kShared && state != kNobody && state >> kOwnerShift != thread_number();
  }

  /// The light fence. Where no fence is light, there are no owners.
  static void owners_fence() {
    if constexpr (kTsan) {
      light_fence();
    } else {
      std::atomic_signal_fence(std::memory_order_seq_cst);
    }
  }

  /// True: the position is the caller's now; false: shared.
  [[gnu::noinline]] bool come(std::uint32_t me) {
    patience wait;
    for (;;) {
      std::uint32_t state = state_.load(std::memory_order_seq_cst);
      if (state == kShared) return false;
      if (state >> kOwnerShift == me) return true;
      if (state >> kOwnerShift == kRevoker) {
        wait.once();
      } else if (state == kNobody) {
        state_.compare_exchange_strong(state, me << kOwnerShift, std::memory_order_seq_cst, std::memory_order_relaxed);
      } else {
        revoke(state, me, false);
      }
    }
  }

  /// Takes the position from its owner, unless somebody else does.
  void revoke(const std::uint32_t state, std::uint32_t me, bool for_good) {
    const std::uint32_t tenure = state & kTenureMask;
    std::uint32_t expected = state;
    if (!state_.compare_exchange_strong(expected, kRevoker << kOwnerShift | tenure, std::memory_order_seq_cst,
                                        std::memory_order_relaxed)) {
      return;
    }
    heavy_fence();
    const std::uint64_t position = owned_[tenure].load(std::memory_order_acquire);
    counted_[tenure].store(position, std::memory_order_relaxed);
    std::uint32_t next = kShared;
    if (!for_good && tenure + 1 < kOwners) {
      owned_[tenure + 1].store(position, std::memory_order_relaxed);
      next = me << kOwnerShift | (tenure + 1);
    } else {
      shared_.store(position, std::memory_order_relaxed);
    }
    state_.store(next, std::memory_order_seq_cst);
  }

  /// The owner of `state` has moved the position to `moved` and lost it about then: does the claim hold?
  [[gnu::noinline]] bool counted(std::uint32_t state, std::uint64_t moved) {
    patience wait;
    const std::uint32_t tenure = state & kTenureMask;
    while (state_.load(std::memory_order_seq_cst) == (kRevoker << kOwnerShift | tenure)) wait.once();
    return counted_[tenure].load(std::memory_order_relaxed) == moved;
  }

  /// Programs that explore what is done where there is no membarrier define LOCKSTEP_SYNC_NO_BIAS.
  static std::uint32_t initial_state() {
#ifdef LOCKSTEP_SYNC_NO_BIAS
    return kShared;
#else
#ifndef LOCKSTEP_SYNC_EXPLORE
    if (under_checker()) return kShared;  // proved apart; programs that use a queue are to have few steps
#endif
    return kMembarrier || kTsan ? kNobody : kShared;
#endif
  }

  std::atomic<std::uint32_t> state_{initial_state()};
  std::atomic<std::uint64_t> shared_{0};
  std::atomic<std::uint64_t> owned_[kOwners] = {};
  std::atomic<std::uint64_t> counted_[kOwners] = {};
};
static_assert(sizeof(biased_index) == kCacheLine);

/// How often threads have asked where an end of another thread is, each time with a heavy fence. Who does that all the
/// time is better served by a shared end.
///
/// Thread safety: any thread, at any time. A hint: threads that ask at the same time may count as one.
class asking {
 public:
  /// The caller asks, and the end is at `position`. True: it has been asked more than kMost times with hardly any claims
  /// in between. Never in a program that the checker explores: what an end's owner does differs in nothing but time.
  bool too_often(std::uint64_t position) {
    if (under_checker()) return false;
    // relaxed: a hint orders nothing.
    const std::uint64_t before = position_.exchange(position, std::memory_order_relaxed);
    const std::uint32_t times = position - before > kMany ? 1 : times_.load(std::memory_order_relaxed) + 1;
    times_.store(times, std::memory_order_relaxed);
    return times > kMost;
  }

 private:
  static constexpr std::uint32_t kMost = 64;
  static constexpr std::uint64_t kMany = 1 << 16;  // of positions
  std::atomic<std::uint64_t> position_{0};
  std::atomic<std::uint32_t> times_{0};
};

}  // namespace lockstep::sync::internal
