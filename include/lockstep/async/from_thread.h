// scope_handle: other threads start tasks in a scope of a loop.
//
//     co_await with_scope([&](scope& s) -> task<> {
//       std::jthread other([h = scope_handle(s)] {
//         h.spawn([] { return notify(); });                       // does not wait; false: the scope has ended
//         int n = h.call([] { return count_users(); });           // blocks this thread until the task has ended
//       });
//       co_await …;                   // the scope stays open as long as its body and its tasks run
//     });
//
// The function is called on the loop's thread and gives the task; it and what it captures live until the task has
// ended. A handle does not keep the scope open. While there are handles, silence on the loop is no deadlock. call():
// the task's value or exception; std::runtime_error if the scope has ended. Not from the loop's own thread
// (std::logic_error): it would wait for itself. Thread safety: a handle may be copied, and used by any thread.
#pragma once

#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "lockstep/async/scope.h"
#include "lockstep/async/task.h"

namespace lockstep::async {

namespace internal {
class mailbox;
/// `start` is called on the loop's thread. False: the scope has ended, and it never will be.
bool post_to_scope(mailbox& m, std::function<void(scope&)> start);
bool is_on_loop_of(const mailbox& m) noexcept;
}  // namespace internal

class scope_handle {
 public:
  /// On the loop's thread.
  explicit scope_handle(scope& s) : box_(internal::mailbox_of(s)) {}

  template <class F>
  bool spawn(F f) const {
    auto kept = std::make_shared<F>(std::move(f));
    return internal::post_to_scope(*box_, [kept](scope& s) { s.spawn(keep(kept)); });
  }

  template <class F, class T = typename std::invoke_result_t<F&>::value_type>
  T call(F f) const {
    if (internal::is_on_loop_of(*box_)) {
      throw std::logic_error("lockstep::async::scope_handle::call: on the thread of its own loop");
    }
    auto promise = std::make_shared<std::promise<T>>();
    auto future = promise->get_future();
    auto kept = std::make_shared<F>(std::move(f));
    bool posted = internal::post_to_scope(*box_, [kept, promise](scope& s) { s.spawn(fulfil(kept, promise)); });
    if (!posted) throw std::runtime_error("lockstep::async::scope_handle: the scope has ended");
    return future.get();
  }

 private:
  template <class F>
  static task<> keep(std::shared_ptr<F> f) {
    co_await (*f)();
  }
  template <class F, class T>
  static task<> fulfil(std::shared_ptr<F> f, std::shared_ptr<std::promise<T>> promise) {
    try {
      if constexpr (std::is_void_v<T>) {
        co_await (*f)();
        promise->set_value();
      } else {
        promise->set_value(co_await (*f)());
      }
    } catch (...) {
      promise->set_exception(std::current_exception());
    }
  }

  std::shared_ptr<internal::mailbox> box_;
};

}  // namespace lockstep::async
