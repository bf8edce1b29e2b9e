// shield(task), and the ambient stop token.
//
//     co_await shield(send_goodbye(socket));     // runs to its end, even if we are cancelled meanwhile
//
// Cleaning up may have to wait, which a cancelled task cannot: every wait throws `cancelled`. Behind a shield nothing
// is cancelled from outside; give it a timeout of its own inside: shield(with_timeout(1s, …)). The cancellation is not
// lost: the next wait after the shield throws it. Which thread resumes you: the loop's.
#pragma once

#include <coroutine>
#include <stop_token>
#include <utility>

#include "lockstep/async/internal/context.h"
#include "lockstep/async/task.h"

namespace lockstep::async {

template <class T>
task<T> shield(task<T> t) {
  internal::promise_base& self = co_await internal::this_context{};
  internal::context shielded(*self.context, &self, true);
  co_return co_await t.in(&shielded);
}

namespace internal {
struct stop_token_awaiter : awaiter_tag {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> h) {
    token = h.promise().context->stop_token();
    return false;
  }
  std::stop_token await_resume() noexcept { return std::move(token); }
  std::stop_token token;
};
}  // namespace internal

/// `co_await stop_token()`: requested when the calling task's context is cancelled. For functions that take one. Its
/// callbacks run on the loop's thread. Does not suspend; never throws `cancelled`.
[[nodiscard]] inline internal::stop_token_awaiter stop_token() noexcept { return {}; }

namespace internal {
struct is_cancelled_awaiter : awaiter_tag {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> h) noexcept {
    answer = h.promise().context->is_cancelled();
    return false;
  }
  bool await_resume() const noexcept { return answer; }
  bool answer = false;
};
}  // namespace internal
/// `co_await is_cancelled()`: for long computations. Does not suspend.
[[nodiscard]] inline internal::is_cancelled_awaiter is_cancelled() noexcept { return {}; }

}  // namespace lockstep::async
