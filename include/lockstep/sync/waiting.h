// The one way in which a thread or a coroutine waits for a primitive of one word. Internal.
//
// A primitive P offers, and both are called with its bucket locked:
//   bool take_or_mark(waiter&)      takes what the waiter wants (true), or makes the word say kParked (false); one
//                                   compare-exchange decides, so nobody who changes the word afterwards misses the bit
//   void removed(parking_queue&, woken&)   a waiter gave up: clear kParked if the queue is empty, pop those it kept out
// Where the checker is to see single steps (watched.h) it offers this instead:
//   bool watched_take(unsigned how, const stop_token&)   takes it; with watched::kTry at once or not at all
// Whoever makes available what others wait for pops nodes; the popped have what they waited for, or (P says so) try
// again.
#pragma once

#include <coroutine>
#include <optional>
#include <stop_token>

#include "lockstep/sync/parking.h"
#include "lockstep/sync/watched.h"

namespace lockstep::sync::internal {

template <class P>
wait_result park(P& p, waiter& w, const deadline& until, const std::stop_token& stop) {
  {
    parking_queue queue(&p);
    if (p.take_or_mark(w)) return wait_result::granted;
    queue.push(w);
  }
  return w.wait(until, stop, [&p](parking_queue& queue, woken& list) { p.removed(queue, list); });
}

/// Clears kParked, with the bucket locked. relaxed: the queue is guarded by the bucket's lock, the bit only says to
/// look.
inline void clear_parked(std::atomic<std::uint32_t>& word) noexcept {
  word.fetch_and(~kParked, std::memory_order_relaxed);
}

/// What `co_await p.…_async(…)` waits with; `Result` is made of the primitive and of whether it was granted.
/// Cancel safety: a coroutine may be destroyed only while it is not suspended here; request the stop first.
template <class P, class Result>
class async_wait {
 public:
  async_wait(P& p, executor_ref where, std::stop_token stop, std::uint32_t wants = 0)
      : primitive_(p), where_(where), stop_(std::move(stop)), wants_(wants) {}

  bool await_ready() const noexcept { return false; }

  // Not inlined: compilers have put locals of an inlined await_suspend into the frame, which may be gone by then.
  [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> coroutine) {
    if (watched::on()) return wait_watched(coroutine);
    waiter& w = waiter_.emplace(coroutine, where_, wants_);
    // Made before the node is queued, because afterwards the coroutine may be running elsewhere. A stop that comes
    // before finds no node, but then it is seen here: its callback has had the bucket's lock before us.
    if (stop_.stop_possible()) callback_.emplace(stop_, stopper{this});
    woken list;
    parking_queue queue(&primitive_);
    if (primitive_.take_or_mark(w)) {
      taken_ = true;
      return false;
    }
    if (stop_.stop_requested()) {
      primitive_.removed(queue, list);
      return false;
    }
    queue.push(w);
    return true;
  }

  Result await_resume() {
    callback_.reset();
    return Result(primitive_, taken_ || (waiter_ && waiter_->granted()));
  }

 private:
  struct stopper {
    async_wait* self;
    void operator()() const {
      self->waiter_->stop(&self->primitive_,
                          [this](parking_queue& queue, woken& list) { self->primitive_.removed(queue, list); });
    }
  };
  bool wait_watched(std::coroutine_handle<> coroutine) {
    taken_ = primitive_.watched_take(watched::kCoroutine | watched::kTry, {});
    if (taken_ || stop_.stop_requested()) return false;
    watched::wait_for_coroutine([this] { taken_ = primitive_.watched_take(watched::kCoroutine, stop_); }, where_,
                                coroutine);
    return true;
  }

  P& primitive_;
  executor_ref where_;
  std::stop_token stop_;
  std::uint32_t wants_;
  bool taken_ = false;
  std::optional<waiter> waiter_;
  std::optional<std::stop_callback<stopper>> callback_;
};

}  // namespace lockstep::sync::internal
