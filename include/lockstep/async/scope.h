// with_scope(f): a place for tasks that run side by side. Nothing outlives it.
//
//     co_await with_scope([&](scope& s) -> task<> {
//       for (auto& host : hosts) s.spawn(probe(host));
//       co_await sleep_for(1s);
//       s.cancel();                    // enough: those that still run are cancelled
//     });                              // here all have ended
//
// | what happens                          | then                                                               |
// |---------------------------------------|--------------------------------------------------------------------|
// | a task, or f's, throws                | all others of the scope are cancelled; when all have ended, the    |
// |                                       | first exception is thrown by with_scope, later ones are dropped    |
// | s.cancel()                            | all are cancelled, f's own task too; with_scope returns normally   |
// | with_scope is cancelled from outside  | all are cancelled; when all have ended, `cancelled` is thrown      |
//
// Cancel safety: as the table says; no task is abandoned. Which thread resumes you: the loop's. A spawned task starts
// in the next round of the loop, in the order of spawning. Complexity: spawn is O(1) and allocates nothing beyond the
// task's frame. Thread safety: none; for other threads, from_thread.h.
#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "lockstep/async/internal/context.h"
#include "lockstep/async/internal/loop.h"
#include "lockstep/async/task.h"

namespace lockstep::async {

class scope;

namespace internal {
class mailbox;  // from_thread.h
std::shared_ptr<mailbox> mailbox_of(scope& s);
}  // namespace internal

class scope : private internal::completion {
 public:
  scope(const scope&) = delete;
  scope& operator=(const scope&) = delete;

  /// Starts a task. Its value is dropped. After a cancellation it is started all the same, and cancelled where it first
  /// waits, so what it owns is cleaned up by its own code.
  template <class T>
  void spawn(task<T> t) noexcept {
    internal::promise_base& p = t.release();
    p.start_for(*this, &context_);
    ++running_;
    context_.loop().make_ready(p);
  }
  /// Cancels all tasks of the scope, quietly.
  void cancel() noexcept { context_.cancel(); }
  bool is_cancelled() const noexcept { return context_.is_cancelled(); }
  /// Tasks that have not ended, without f's own.
  std::size_t running() const noexcept { return running_; }

 private:
  template <class F>
  friend task<> with_scope(F&& f);

  friend std::shared_ptr<internal::mailbox> internal::mailbox_of(scope& s);

  template <class F>
  static task<> run(F f);

  explicit scope(internal::promise_base& owner) noexcept : context_(*owner.context, &owner) {}
  ~scope() { close_mailbox(); }

  void close_mailbox() noexcept;

  internal::promise_base* completed(internal::promise_base& ended) noexcept override;
  void failed(std::exception_ptr e) noexcept;

  class join_awaiter final : public internal::wait_node {
   public:
    explicit join_awaiter(scope& s) noexcept : scope_(s), tasks_of_(&s.context_) {
      waits_for(internal::wait_kind::tasks, &tasks_of_);
    }
    bool await_ready() const noexcept { return scope_.running_ == 0; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> h) noexcept {
      enter_shielded(h.promise());
      scope_.joiner_ = this;
    }
    void await_resume() const noexcept {}
    void cancel() noexcept override {}
    std::string describe() const override;
    internal::promise_base* over() noexcept {
      leave();
      return waiter();
    }

   private:
    scope& scope_;
    const internal::context* tasks_of_;  // for debuggers
  };

  internal::context context_;
  std::size_t running_ = 0;
  join_awaiter* joiner_ = nullptr;
  std::exception_ptr error_;
  std::shared_ptr<internal::mailbox> mailbox_;
};

template <class F>
task<> scope::run(F f) {
  internal::promise_base& self = co_await internal::this_context{};
  scope s(self);
  try {
    auto body = f(s);
    co_await body.in(&s.context_);
  } catch (const cancelled&) {
    // By s.cancel(), by a sibling's failure or from outside: told below.
    s.context_.cancel();
  } catch (...) {
    s.failed(std::current_exception());
  }
  do {
    co_await join_awaiter(s);
    s.close_mailbox();  // what other threads have posted before is started
  } while (s.running_ != 0);
  if (s.error_) std::rethrow_exception(std::move(s.error_));
  if (self.context->is_cancelled() && s.context_.is_cancelled()) throw cancelled{};
}

/// f is called with the scope, and gives a task; both live until all of the scope's tasks have ended.
template <class F>
task<> with_scope(F&& f) {
  static_assert(internal::kSurvivesCoAwait<F>, "GCC 12 breaks a temporary lambda's captures: give it a name first");
  return scope::run<std::decay_t<F>>(std::forward<F>(f));
}

}  // namespace lockstep::async
