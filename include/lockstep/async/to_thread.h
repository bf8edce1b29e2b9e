// to_thread(f): runs a function that blocks or computes on a thread of a pool, and awaits its value.
//
//     std::string text = co_await to_thread([&] { return read_whole_file(path); });
//     auto rows = co_await to_thread([&](std::stop_token stop) { return query(stop); });
//     int n = co_await to_thread(cpu_pool, [&] { return count(image); });
//
// Cancel safety: a function cannot be stopped from outside, so it is never abandoned: the wait ends when it returns,
// and its value is given even if the task was cancelled meanwhile. Give it a stop_token to end it early. If the task is
// cancelled already, the function is not started. Which thread resumes you: the loop's. The function sees what the task
// did before, and the task what the function did. Errors: what the function throws; std::bad_alloc.
// Without a pool, one of the process is used that has blocking_threads() threads, made when first needed.
#pragma once

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <optional>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>

#include "lockstep/async/internal/context.h"
#include "lockstep/async/internal/loop.h"
#include "lockstep/sync/thread.h"
#include "lockstep/sync/thread_pool.h"
#include "lockstep/sync/tool.h"

namespace lockstep::async {

/// The pool of functions that block. Never destroyed: a function may run when the process ends.
sync::thread_pool& blocking_pool();
inline constexpr std::size_t kBlockingThreads = 8;

namespace internal {

template <class F>
class to_thread_awaiter final : public wait_node, private remote_node {
 public:
  static constexpr bool kTakesToken = std::is_invocable_v<F&, std::stop_token>;
  static auto call(F& f, const std::stop_token& token) {
    if constexpr (kTakesToken) {
      return f(token);
    } else {
      return f();
    }
  }
  using result = decltype(call(std::declval<F&>(), {}));

  to_thread_awaiter(sync::thread_pool& pool, F f) : pool_(pool), function_(std::move(f)) {
    waits_for(wait_kind::thread, &worker_);
  }
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> h) {
    promise_base& p = h.promise();
    if (!enter(p)) return false;
    internal::loop& l = p.context->loop();
    if constexpr (kTakesToken) token_ = p.context->stop_token();
    try {
      pool_.post([this, &l] {
        work();
        l.post(*this);
      });
    } catch (...) {
      leave();
      throw;
    }
    l.expect_remote();
    started_ = true;
    return true;
  }
  result await_resume() {
    if (!started_) throw cancelled{};
    if (error_) std::rethrow_exception(std::move(error_));
    if constexpr (!std::is_void_v<result>) return std::move(*value_);
  }
  void cancel() noexcept override {}
  std::string describe() const override { return "waiting for a function on another thread"; }

 private:
  void work() noexcept {
    // relaxed: for debuggers, which stop us to read it. Under the checker it would be an event.
    if (!sync::internal::under_checker()) worker_.store(sync::internal::thread_number(), std::memory_order_relaxed);
    try {
      if constexpr (std::is_void_v<result>) {
        call(function_, token_);
      } else {
        value_.emplace(call(function_, token_));
      }
    } catch (...) {
      error_ = std::current_exception();
    }
  }
  void arrived() noexcept override {
    waiter_->context->loop().expect_no_more();
    wake();
  }

  std::atomic<std::uint32_t> worker_{0};  // the thread that runs the function
  sync::thread_pool& pool_;
  F function_;
  std::stop_token token_;
  std::optional<std::conditional_t<std::is_void_v<result>, char, result>> value_;
  std::exception_ptr error_;
  bool started_ = false;
};

}  // namespace internal

template <class F>
[[nodiscard]] internal::to_thread_awaiter<std::decay_t<F>> to_thread(sync::thread_pool& pool, F&& f) {
  static_assert(internal::kSurvivesCoAwait<F>, "GCC 12 breaks a temporary lambda's captures: give it a name first");
  return {pool, std::forward<F>(f)};
}
template <class F>
[[nodiscard]] internal::to_thread_awaiter<std::decay_t<F>> to_thread(F&& f) {
  static_assert(internal::kSurvivesCoAwait<F>, "GCC 12 breaks a temporary lambda's captures: give it a name first");
  return {blocking_pool(), std::forward<F>(f)};
}

}  // namespace lockstep::async
