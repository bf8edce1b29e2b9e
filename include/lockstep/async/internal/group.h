// Tasks that are started together and awaited together: what when_all, gather and when_any are made of. Internal.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <string>

#include "lockstep/async/internal/context.h"
#include "lockstep/async/internal/loop.h"
#include "lockstep/async/internal/promise.h"

namespace lockstep::async::internal {

class group : private completion {
 public:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  /// What ends the others: an exception, or the end of any task.
  enum class until { first_error, first_end };

  group(promise_base& owner, until u) noexcept : context_(*owner.context, &owner), until_(u) {
    if (u == until::first_end) context_.set_kind(context_kind::first_end);
  }
  group(const group&) = delete;
  group& operator=(const group&) = delete;

  void start(promise_base& p) noexcept {
    p.start_for(*this, &context_);
    ++running_;
    context_.loop().make_ready(p);
  }
  internal::context& context() noexcept { return context_; }
  /// The task that ended first (or failed first), or nullptr.
  promise_base* first() const noexcept { return first_; }

  /// co_await all(): until every task has ended.
  class all_awaiter final : public wait_node {
   public:
    explicit all_awaiter(group& g) noexcept : group_(g), tasks_of_(&g.context_) {
      waits_for(wait_kind::tasks, &tasks_of_);
    }
    bool await_ready() const noexcept { return group_.running_ == 0; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> h) noexcept {
      enter_shielded(h.promise());  // the tasks are cancelled by the tree of contexts, and then this ends
      group_.joiner_ = this;
    }
    void await_resume() const noexcept {}
    void cancel() noexcept override {}
    std::string describe() const override { return "waiting for " + std::to_string(group_.running_) + " tasks"; }
    promise_base* over() noexcept {
      leave();
      return waiter();
    }

   private:
    group& group_;
    const internal::context* tasks_of_;  // for debuggers
  };
  all_awaiter all() noexcept { return all_awaiter(*this); }

 private:
  promise_base* completed(promise_base& ended) noexcept override {
    if (!first_ && (until_ == until::first_end || ended.holds == result_kind::error)) {
      first_ = &ended;
      context_.cancel();
    }
    return --running_ == 0 && joiner_ ? joiner_->over() : nullptr;
  }

  internal::context context_;
  until until_;
  std::size_t running_ = 0;
  promise_base* first_ = nullptr;
  all_awaiter* joiner_ = nullptr;
};

}  // namespace lockstep::async::internal
