// task<T>: a coroutine that gives a T. It starts when it is awaited, and whoever awaits it gets its value or exception.
//
//     lockstep::async::task<int> twice(int x) {
//       co_await lockstep::async::sleep_for(10ms);
//       co_return 2 * x;
//     }
//     lockstep::async::task<> program() { std::printf("%d\n", co_await twice(21)); }
//     int main() { lockstep::async::run(program()); }
//
// A task is one pointer, moves, and is awaited once, as an rvalue: `co_await twice(1)` or `co_await std::move(t)`.
// Arguments are copied into the coroutine's frame, and live until the task is destroyed (not until it ends: close what
// somebody else waits for). References are kept as references: what they name must live until the task has ended. A
// lambda that is a coroutine must outlive it too; pass what it needs as arguments.
//
// Which thread resumes you: always the one that called run(). Cancel safety: a task cannot be abandoned half way. To
// cancel one (scope, when_any, with_timeout) makes what it waits for throw `cancelled`, and waits for its end.
// A task that is destroyed without having been awaited is reported (diagnosis.h), unless an exception passes.
// Thread safety: none; a task belongs to one thread. Complexity: a frame from the thread's pool (frame_pool.h).
// Errors: awaiting a task that was moved from, or twice: std::terminate, in every build.
#pragma once

#include <coroutine>
#include <exception>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

#include "lockstep/async/internal/bridge.h"
#include "lockstep/async/internal/context.h"
#include "lockstep/async/internal/promise.h"

namespace lockstep::async {

template <class T = void>
class task;

namespace internal {

/// Reports a task that was never awaited (diagnosis.cpp).
void report_forgotten(promise_base& p) noexcept;
/// Called when a task is made, while creation places are recorded (LOCKSTEP_ASYNC_TRACE); see diagnosis.h.
void record_creation(promise_base& p) noexcept;
constinit inline bool creations_recorded = false;

struct task_promise_base : promise_base {
  std::suspend_always initial_suspend() const noexcept { return {}; }
  final_awaiter final_suspend() const noexcept { return {}; }

  // The defaults are evaluated at each co_await, which is how dump() knows the lines.
  template <class A>
  decltype(auto) await_transform(A&& awaitable, const char* at_file = __builtin_FILE(),
                                 std::uint32_t at_line = __builtin_LINE()) noexcept {
    file = at_file;
    line = at_line;
    return own_awaiter(std::forward<A>(awaitable));
  }
};

template <class T>
struct task_promise : task_promise_base {
  static_assert(alignof(T) <= alignof(std::max_align_t));
  using stored = std::conditional_t<std::is_reference_v<T>, std::remove_reference_t<T>*, T>;

  task_promise() noexcept {}
  ~task_promise() {
    if (holds == result_kind::value) value.~stored();
  }
  task<T> get_return_object() noexcept;
  void unhandled_exception() noexcept { fail(std::current_exception()); }
  template <class U>
  requires std::constructible_from<T, U&&>
  void return_value(U&& u) {
    if constexpr (std::is_reference_v<T>) {
      new (&value) stored(std::addressof(u));
    } else {
      new (&value) stored(std::forward<U>(u));
    }
    holds = result_kind::value;
  }
  /// The value or the exception, once.
  T take() {
    if (holds == result_kind::error) std::rethrow_exception(std::move(error));
    if constexpr (std::is_reference_v<T>) {
      return static_cast<T>(*value);
    } else {
      return std::move(value);
    }
  }

  union {
    stored value;
  };
};

template <>
struct task_promise<void> : task_promise_base {
  task<void> get_return_object() noexcept;
  void unhandled_exception() noexcept { fail(std::current_exception()); }
  void return_void() noexcept { holds = result_kind::value; }
  void take() {
    if (holds == result_kind::error) std::rethrow_exception(std::move(error));
  }
};

template <class T>
struct task_awaiter : awaiter_tag {
  task_promise<T>& child;
  internal::context* where;  // nullptr: that of the awaiting coroutine

  explicit task_awaiter(task_promise<T>& c, internal::context* w) noexcept : child(c), where(w) {}
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  transfer_result await_suspend(std::coroutine_handle<Promise> parent) const noexcept {
    promise_base& p = parent.promise();
    child.start_for(p, where ? where : p.context);
    return transfer(&child);
  }
  T await_resume() const { return child.take(); }
};

}  // namespace internal

template <class T>
class [[nodiscard("a task does nothing until it is awaited")]] task {
 public:
  using promise_type = internal::task_promise<T>;
  using value_type = T;

  task(task && other) noexcept : promise_(std::exchange(other.promise_, nullptr)) {}
  task& operator=(task&& other) noexcept {
    std::swap(promise_, other.promise_);
    return *this;
  }
  ~task() {
    if (!promise_) return;
    if (!promise_->started) [[unlikely]]
      internal::report_forgotten(*promise_);
    promise_->handle().destroy();
  }

  internal::task_awaiter<T> operator co_await()&& noexcept { return in(nullptr); }

  // ---- For scopes and the like
  internal::task_awaiter<T> in(internal::context * c) noexcept {
    if (!promise_ || promise_->started) std::terminate();  // moved from, or awaited before
    return internal::task_awaiter<T>(*promise_, c);
  }
  promise_type& promise() const noexcept { return *promise_; }
  promise_type& release() noexcept { return *std::exchange(promise_, nullptr); }

 private:
  friend promise_type;
  explicit task(promise_type & p) noexcept : promise_(&p) {
    if (internal::creations_recorded) [[unlikely]]
      internal::record_creation(p);
  }

  promise_type* promise_;
};

template <class T>
task<T> internal::task_promise<T>::get_return_object() noexcept {
  return task<T>(*this);
}
inline task<void> internal::task_promise<void>::get_return_object() noexcept { return task<void>(*this); }

static_assert(sizeof(task<int>) == sizeof(void*));

}  // namespace lockstep::async
