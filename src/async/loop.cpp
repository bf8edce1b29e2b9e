#include "lockstep/async/internal/loop.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <stop_token>

#include "backend.h"
#include "diagnosis.h"
#include "external_stop.h"
#include "watchdog.h"

namespace lockstep::async::internal {

namespace {
constexpr std::int64_t kVirtualStart = 1'000'000'000;
}

#ifdef LOCKSTEP_SYNC_TSAN
void program_needs_lockstep_async_checked() noexcept {}
#else
void program_needs_lockstep_async() noexcept {}
#endif

loop::loop(const run_options& options)
    : wheel_(options.virtual_time ? kVirtualStart : to_ns(std::chrono::steady_clock::now().time_since_epoch())),
      root_(*this),
      virtual_time_(options.virtual_time),
      virtual_now_(kVirtualStart),
      watchdog_limit_(to_ns(options.watchdog)),
      thread_number_(static_cast<int>(::syscall(SYS_gettid))) {
  if (here.current) throw std::logic_error("lockstep::async::run: this thread runs a loop already");
  prepare_diagnosis();
  backend_ = make_backend(options.backend);
  if (options.stop.stop_possible()) stop_ = std::make_unique<external_stop>(*this, options.stop);
  // A simulation is not to have a thread of ours in it, nor to meet signals.
  if (backend_->network()) {
    watchdog_limit_ = 0;
  } else {
    block_broken_pipe_signal();
  }
  watch(*this);
  enlist(*this);
  here.current = this;
}

loop::~loop() {
  delist(*this);
  unwatch(*this);
  stop_.reset();
  // Other threads may still be on their way out of post().
  while (posting_.load(std::memory_order_acquire) != 0) ::usleep(0);
  remote_.take_all();  // a mailbox whose scope has ended
  backend_.reset();
  allow_broken_pipe_signal();
  free_finished();
  here.current = nullptr;
  here.frames.clear();
}

// A write to a pipe that nobody reads is an error for its task, not the end of the process. The kernel sends the signal to
// the writing thread, which is this one, with either backend.
void loop::block_broken_pipe_signal() noexcept {
  sigset_t pipe;
  sigset_t before;
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  if (::pthread_sigmask(SIG_BLOCK, &pipe, &before) == 0) blocks_sigpipe_ = ::sigismember(&before, SIGPIPE) == 0;
}

void loop::allow_broken_pipe_signal() noexcept {
  if (!blocks_sigpipe_) return;
  sigset_t pipe;
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  timespec at_once{};
  while (::sigtimedwait(&pipe, nullptr, &at_once) == SIGPIPE) {
  }
  ::pthread_sigmask(SIG_UNBLOCK, &pipe, nullptr);
}

void loop::run(promise_base& root) {
  root.start_for(static_cast<completion&>(*this), &root_);
  make_ready(root);
  if (stop_) stop_->begin();
  running_.store(true, std::memory_order_relaxed);
  int rounds = 0;
  while (!done_) {
    run_ready(ready_.size());
    if (done_) break;
    if (!ready_.empty() && ++rounds < kRoundsBetweenPolls) continue;
    rounds = 0;
    remote_.take_all();
    fire_timers();
    wait_for_events();
    if (dump_requested_.load(std::memory_order_relaxed)) [[unlikely]] {
      dump_requested_.store(false, std::memory_order_relaxed);
      print_report(dump());
    }
  }
  running_.store(false, std::memory_order_relaxed);
  if (deadlocked_) throw deadlock_error();
}

void loop::run_ready(std::size_t most) {
  std::uint64_t resumed = resumed_.load(std::memory_order_relaxed);
  for (; most != 0 && !done_; --most) {
    // relaxed: the watchdog only wants to see it change.
    resumed_.store(++resumed, std::memory_order_relaxed);
    in_a_row_left_ = kOperationsInARow;
    resume_chain(ready_.pop());
    free_finished();
  }
}

void loop::fire_timers() {
  if (!wheel_.empty()) wheel_.advance(now());
}

// Virtual time: nothing else can happen before the next timer. What loopback connections carry is there at once; other
// threads, if there may be any, have a moment (lockstep check tries both: that they act, and that they do not).
void loop::jump_to(std::int64_t next) {
  if (possible_waits_ != 0 && remote_.prepare_sleep()) {
    backend_->wait(kMoment);
    remote_.awake();
    remote_.take_all();
  } else {
    backend_->wait(0);
  }
  if (ready_.empty() && remote_.empty()) virtual_now_ = next;
}

void loop::wait_for_events() {
  bool idle = ready_.empty();
  if (!idle) {
    if (backend_->looks_busy()) backend_->wait(0);
    return;
  }
  std::int64_t timeout = -1;
  if (!wheel_.empty()) {
    std::int64_t next = wheel_.next();
    if (virtual_time_ && remote_waits_ == 0) {
      jump_to(next);
      return;
    }
    timeout = virtual_time_ ? -1 : next - now();
    if (!virtual_time_ && timeout < 0) timeout = 0;
  } else if (!can_be_woken()) {
    report_deadlock();
    return;
  }
  if (!remote_.prepare_sleep()) {
    backend_->wait(0);
    return;
  }
  running_.store(false, std::memory_order_relaxed);
  backend_->wait(timeout);
  running_.store(true, std::memory_order_relaxed);
  remote_.awake();
  remote_.take_all();
}

void loop::wake() noexcept { backend_->wake(); }

bool loop::can_be_woken() const {
  return backend_->pending() != 0 || remote_waits_ != 0 || possible_waits_ != 0 || stop_;
}

void loop::report_deadlock() {
  if (deadlocked_) {
    print_report("lockstep::async: what waits now cannot be cancelled; the process ends\n" + dump());
    std::abort();
  }
  deadlocked_ = true;
  print_report("lockstep::async: every task waits for another; nothing can wake them. All are cancelled.\n" + dump());
  root_.cancel();
}

}  // namespace lockstep::async::internal
