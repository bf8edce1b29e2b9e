// Awaitables of other libraries inside our coroutines. Internal.
//
// They resume a coroutine where and how they like: on another thread, in the middle of a call. What they resume is a
// bridge, a small coroutine of its own, which then posts ours to its loop. So every operation resumes a task on its
// loop's thread, whoever made the operation. A bridge cannot be cancelled: nothing is known of what it waits for.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "lockstep/async/internal/context.h"
#include "lockstep/async/internal/loop.h"
#include "lockstep/async/internal/promise.h"

namespace lockstep::async::internal {

template <class A>
decltype(auto) get_awaiter(A&& a) {
  if constexpr (requires { std::forward<A>(a).operator co_await(); }) {
    return std::forward<A>(a).operator co_await();
  } else if constexpr (requires { operator co_await(std::forward<A>(a)); }) {
    return operator co_await(std::forward<A>(a));
  } else {
    return std::forward<A>(a);
  }
}

template <class A>
concept own = std::derived_from<std::remove_cvref_t<decltype(internal::get_awaiter(std::declval<A>()))>, awaiter_tag>;

/// Stands for an awaiter that lives to the end of the co_await's full expression: GCC 12 copies what await_transform
/// returns by reference.
template <class A>
struct awaiter_reference : awaiter_tag {
  A& to;
  explicit awaiter_reference(A& a) noexcept : to(a) {}
  bool await_ready() const noexcept { return to.await_ready(); }
  template <class Promise>
  auto await_suspend(std::coroutine_handle<Promise> h) const {
    return to.await_suspend(h);
  }
  decltype(auto) await_resume() const { return to.await_resume(); }
};

/// Lives until `co_await` of the foreign awaitable is over.
struct bridge {
  struct promise_type {
    bridge get_return_object() noexcept { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
};

template <class A>
class bridge_awaiter final : public wait_node, private remote_node {
 public:
  using result = decltype(internal::get_awaiter(std::declval<A>()).await_resume());

  explicit bridge_awaiter(A&& a) noexcept : awaitable_(std::forward<A>(a)) { waits_for(wait_kind::foreign); }
  ~bridge_awaiter() {
    if (bridge_.handle) bridge_.handle.destroy();
  }
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> h) {
    promise_base& p = h.promise();
    bridge_ = carry(*this);
    enter_shielded(p);
    p.context->loop().expect_remote();
    bridge_.handle.resume();
  }
  result await_resume() {
    if (error_) std::rethrow_exception(std::move(error_));
    if constexpr (!std::is_void_v<result>) {
      if constexpr (std::is_reference_v<result>) {
        return static_cast<result>(**value_);
      } else {
        return std::move(*value_);
      }
    }
  }
  void cancel() noexcept override {}
  std::string describe() const override { return "waiting for an awaitable of another library"; }

 private:
  using stored = std::conditional_t<
      std::is_void_v<result>, char,
      std::conditional_t<std::is_reference_v<result>, std::remove_reference_t<result>*, std::decay_t<result>>>;

  static bridge carry(bridge_awaiter& self) {
    try {
      auto&& awaiter = internal::get_awaiter(std::forward<A>(self.awaitable_));
      awaiter_reference<std::remove_reference_t<decltype(awaiter)>> reference(awaiter);
      if constexpr (std::is_void_v<result>) {
        co_await reference;
      } else if constexpr (std::is_reference_v<result>) {
        self.value_.emplace(std::addressof(co_await reference));
      } else {
        self.value_.emplace(co_await reference);
      }
    } catch (...) {
      self.error_ = std::current_exception();
    }
    co_await handing_over{self};
  }
  // Posts when the bridge is suspended: the task may destroy it at once.
  struct handing_over {
    bridge_awaiter& self;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<>) const noexcept { self.waiter_->context->loop().post(self); }
    void await_resume() const noexcept {}
  };
  void arrived() noexcept override {
    waiter_->context->loop().expect_no_more();
    wake();
  }

  A awaitable_;
  bridge bridge_{};
  std::optional<stored> value_;
  std::exception_ptr error_;
};

/// The awaiter that a co_await of ours uses.
template <class A>
decltype(auto) own_awaiter(A&& a) {
  if constexpr (std::derived_from<std::remove_cvref_t<A>, awaiter_tag>) {
    return awaiter_reference<std::remove_reference_t<A>>(a);
  } else if constexpr (own<A&&>) {
    return internal::get_awaiter(std::forward<A>(a));
  } else {
    return bridge_awaiter<A&&>(std::forward<A>(a));
  }
}

}  // namespace lockstep::async::internal
