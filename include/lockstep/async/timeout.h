// with_timeout(duration, task): the task's value, or timeout_error after it was cancelled *and has ended*.
//
//     std::string line = co_await with_timeout(5s, read_line(socket));
//
// The task is not abandoned: what it holds is released when timeout_error is thrown, and nothing of it runs afterwards.
// So with_timeout ends late if the task does not heed its cancellation. A task that ends with a value or an error of
// its own in spite of the cancellation gives that. Cancel safety: as the task's. Which thread resumes you: the loop's.
#pragma once

#include <chrono>
#include <utility>

#include "lockstep/async/errors.h"
#include "lockstep/async/internal/context.h"
#include "lockstep/async/internal/loop.h"
#include "lockstep/async/task.h"

namespace lockstep::async {

namespace internal {

/// A context that is cancelled at a time.
class timed_context final : public context, private timer {
 public:
  timed_context(promise_base& owner, std::int64_t when) noexcept : context(*owner.context, &owner) {
    set_kind(context_kind::timed);
    loop().add(*this, when);
  }
  ~timed_context() { loop().remove(*this); }
  bool fired() const noexcept { return fired_; }

 private:
  void fire() noexcept override {
    fired_ = true;
    context::cancel();
  }
  bool fired_ = false;
};

}  // namespace internal

template <class T>
task<T> with_deadline(std::chrono::steady_clock::time_point when, task<T> t) {
  internal::promise_base& self = co_await internal::this_context{};
  internal::timed_context limit(self, internal::to_ns(when.time_since_epoch()));
  try {
    co_return co_await t.in(&limit);
  } catch (const cancelled&) {
    if (!limit.fired() || self.context->is_cancelled()) throw;
  }
  throw timeout_error();
}

template <class Rep, class Period, class T>
task<T> with_timeout(std::chrono::duration<Rep, Period> d, task<T> t) {
  internal::promise_base& self = co_await internal::this_context{};
  internal::timed_context limit(
      self, self.context->loop().now() + internal::to_ns(std::chrono::ceil<std::chrono::nanoseconds>(d)));
  try {
    co_return co_await t.in(&limit);
  } catch (const cancelled&) {
    if (!limit.fired() || self.context->is_cancelled()) throw;
  }
  throw timeout_error();
}

}  // namespace lockstep::async
