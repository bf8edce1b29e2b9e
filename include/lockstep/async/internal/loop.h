// The loop of a thread: takes coroutines from its ready queue, and waits for timers, the kernel and other threads when
// there are none. Internal; run.h is the way in.
//
// A round: (1) resume what was ready when the round began; (2) what other threads have pushed; (3) timers that are due;
// (4) the kernel, waiting only if nothing is ready. While coroutines keep each other ready, 2 to 4 come every
// kRoundsBetweenPolls rounds.
// A coroutine whose operations never have to wait goes to the end of the ready queue after kOperationsInARow of them, so
// that a busy connection does not starve the others.
// Invariants: a loop's coroutines, timers and descriptors are touched by its thread only; others use post(). The loop
// ends when the root task has: everything else is that task's child, and is over.
#pragma once

#include <atomic>
#include <chrono>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <string>

#include "lockstep/async/internal/context.h"
#include "lockstep/async/internal/promise.h"
#include "lockstep/async/internal/ready_queue.h"
#include "lockstep/async/internal/remote_queue.h"
#include "lockstep/async/internal/timer_wheel.h"
#include "lockstep/async/options.h"
#include "lockstep/sync/tool.h"

#ifdef LOCKSTEP_SYNC_EXPLORE
#error "lockstep::async_checked is built without LOCKSTEP_SYNC_EXPLORE, which must be the same in all of a program"
#endif

namespace lockstep::async::internal {

// The primitives of lockstep::sync are laid out otherwise in instrumented programs: the linker is to tell, rather than
// the program to crash, if program and library differ.
#ifdef LOCKSTEP_SYNC_TSAN
void program_needs_lockstep_async_checked() noexcept;
inline void check_library() noexcept { program_needs_lockstep_async_checked(); }
#else
void program_needs_lockstep_async() noexcept;
inline void check_library() noexcept { program_needs_lockstep_async(); }
#endif

class backend;
class external_stop;

inline std::int64_t to_ns(std::chrono::steady_clock::duration d) noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(d).count();
}

class loop final : private completion {
 public:
  explicit loop(const run_options& options);
  ~loop();
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  /// Runs the task and all that it starts, to its end.
  void run(promise_base& root);

  // ---- By the loop's thread
  void make_ready(promise_base& p) noexcept { ready_.push(p.handle()); }
  void make_ready(std::coroutine_handle<> h) noexcept { ready_.push(h); }
  internal::context& root() noexcept { return root_; }
  internal::backend& io() noexcept { return *backend_; }
  /// The clock of timers: steady_clock, or virtual time.
  std::int64_t now() const noexcept {
    return virtual_time_ ? virtual_now_ : to_ns(std::chrono::steady_clock::now().time_since_epoch());
  }
  /// An operation is over without a wait. False: enough of them in a row, let others run first.
  bool may_go_on() noexcept { return --in_a_row_left_ > 0; }
  void add(timer& t, std::int64_t when) noexcept { wheel_.insert(t, when); }
  void remove(timer& t) noexcept {
    if (t.armed()) wheel_.remove(t);
  }
  /// Waits that another thread may end: while there are any, silence is no deadlock.
  void expect_remote() noexcept { ++remote_waits_; }
  void expect_no_more() noexcept { --remote_waits_; }
  /// The same where it is not known whether any thread will (a mutex may be held by a task of this loop): in virtual time
  /// the next timer comes then, if no thread does.
  void may_expect_remote() noexcept { ++possible_waits_; }
  void may_expect_no_more() noexcept { --possible_waits_; }
  std::string dump() const;

  // ---- By any thread
  /// node.arrived() is called on the loop's thread. The loop must outlive that, but it may end while this call returns:
  /// it waits for the calls that are under way.
  void post(remote_node& node) noexcept {
    // relaxed: the push publishes it to whoever takes the node.
    posting_.fetch_add(1, std::memory_order_relaxed);
    if (remote_.push(node)) wake();
    // release: the loop's memory is given back after all that we did with it.
    posting_.fetch_sub(1, std::memory_order_release);
  }
  bool on_this_thread() const noexcept { return here.current == this; }
  /// Makes the loop go round; async-signal-safe.
  void wake() noexcept;

  /// SIGPIPE is blocked on this thread because of us: not so in children.
  bool blocks_broken_pipe_signal() const noexcept { return blocks_sigpipe_; }

  // ---- For the watchdog and for signals
  std::uint64_t resumed() const noexcept { return resumed_.load(std::memory_order_relaxed); }
  bool running() const noexcept { return running_.load(std::memory_order_relaxed); }
  int thread_number() const noexcept { return thread_number_; }
  std::int64_t watchdog_limit() const noexcept { return watchdog_limit_; }
  void request_dump() noexcept {
    dump_requested_.store(true, std::memory_order_relaxed);
    wake();
  }

 private:
  friend struct layout_access;
  static constexpr int kRoundsBetweenPolls = 16;
  static constexpr int kOperationsInARow = 64;
  /// In virtual time: what other threads are given to act, if they will.
  static constexpr std::int64_t kMoment = 1'000'000;

  promise_base* completed(promise_base&) noexcept override {
    done_ = true;
    return nullptr;
  }
  void run_ready(std::size_t most);
  void fire_timers();
  void jump_to(std::int64_t next);
  void wait_for_events();
  void report_deadlock();
  void block_broken_pipe_signal() noexcept;
  void allow_broken_pipe_signal() noexcept;
  bool can_be_woken() const;

  ready_queue ready_;
  remote_queue remote_;
  timer_wheel wheel_;
  internal::context root_;
  std::unique_ptr<internal::backend> backend_;
  std::unique_ptr<external_stop> stop_;
  bool done_ = false;
  bool deadlocked_ = false;
  bool virtual_time_;
  bool blocks_sigpipe_ = false;
  std::int64_t virtual_now_ = 0;
  std::int64_t watchdog_limit_;
  int remote_waits_ = 0;
  int possible_waits_ = 0;
  int in_a_row_left_ = kOperationsInARow;
  int thread_number_;
  std::atomic<bool> dump_requested_{false};
  // Written by the loop, read by the watchdog: a line of their own.
  alignas(64) std::atomic<std::uint64_t> resumed_{0};
  std::atomic<bool> running_{false};
  alignas(64) std::atomic<int> posting_{0};
};

inline void wait_node::wake() noexcept {
  leave();
  waiter_->context->loop().make_ready(*waiter_);
}

}  // namespace lockstep::async::internal
