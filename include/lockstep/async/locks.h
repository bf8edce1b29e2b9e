// The primitives of lockstep::sync, awaited: one and the same mutex is locked by threads and by tasks.
//
//     auto guard = co_await lock(mutex);              // sync::async_guard; unlocks at the end of its life
//     co_await acquire(semaphore);                    // …  semaphore.release();
//     co_await wait(event);
//     co_await push(queue, job);  std::optional<job> j = co_await pop(queue);      // sync::bounded_queue
//
// While a task waits, its loop runs others. Cancel safety: either the lock (permit, item) was got and is given, or
// `cancelled` is thrown and nothing was taken; both cannot happen. Which thread resumes you: the loop's.
// A guard held over a co_await keeps threads waiting that long. Complexity: as the primitive's; the first wait in a
// context makes a std::stop_source.
#pragma once

#include <coroutine>
#include <optional>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>

#include "lockstep/async/internal/context.h"
#include "lockstep/async/internal/loop.h"
#include "lockstep/sync/bounded_queue.h"
#include "lockstep/sync/executor.h"
#include "lockstep/sync/lock_holders.h"
#include "lockstep/sync/queue_status.h"

namespace lockstep::async {

namespace internal {

/// For debuggers of other processes (layout.h).
inline void note_holder(const void* mutex, promise_base& task) noexcept {
  if (task.lock_mark == 0) task.lock_mark = static_cast<std::uint16_t>(++here.marks == 0 ? ++here.marks : here.marks);
  sync::internal::note_lock_holder(mutex, &task, task.lock_mark);
}

/// `Start` gives the primitive's awaiter for an executor and a stop token; `Finish` makes our result of its result, or
/// throws `cancelled`.
template <class Start, class Finish>
class sync_awaiter final : public wait_node, private remote_node {
 public:
  sync_awaiter(wait_kind kind, const void* primitive, const char* what, Start start, Finish finish)
      : primitive_(primitive), what_(what), start_(std::move(start)), finish_(std::move(finish)), kind_(kind) {}
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> h) {
    promise_base& p = h.promise();
    if (!enter(p)) return false;
    internal::loop& l = p.context->loop();
    inner_.emplace(made_in_place{*this, p.context->stop_token()});
    if (inner_->await_ready()) {
      leave();
      return false;
    }
    l.may_expect_remote();
    // Whoever ends the wait posts to our loop, and we are its thread: nobody resumes us before we return.
    if (inner_->await_suspend(h)) {
      waits_for(kind_, &primitive_);  // only now: until then it might have got what it wants
      return true;
    }
    l.may_expect_no_more();
    leave();
    return false;
  }
  auto await_resume() {
    if (!inner_) throw cancelled{};
    using result = decltype(finish_(inner_->await_resume(), cancelled_));
    if constexpr (std::is_void_v<result>) {
      finish_(inner_->await_resume(), cancelled_);
    } else {
      result r = finish_(inner_->await_resume(), cancelled_);
      if (kind_ == wait_kind::mutex) note_holder(primitive_, *waiter_);
      return r;
    }
  }
  /// By the stop token, which is asked after all nodes are told.
  void cancel() noexcept override {}
  std::string describe() const override { return what_; }
  /// For sync::executor_ref: by the thread that ended the wait.
  void post(std::coroutine_handle<>) noexcept {
    internal::loop& l = waiter_->context->loop();
    if (l.on_this_thread()) {
      arrived();
    } else {
      l.post(*this);
    }
  }

 private:
  using inner = std::invoke_result_t<Start&, sync::executor_ref, std::stop_token>;
  struct made_in_place {
    sync_awaiter& self;
    std::stop_token token;
    operator inner() { return self.start_(sync::executor_ref(self), std::move(token)); }  // NOLINT
  };
  void arrived() noexcept override {
    waiter_->context->loop().may_expect_no_more();
    wake();
  }

  const void* primitive_;
  const char* what_;
  Start start_;
  Finish finish_;
  std::optional<inner> inner_;
  wait_kind kind_;
};

template <class Start, class Finish>
sync_awaiter(wait_kind, const void*, const char*, Start, Finish) -> sync_awaiter<Start, Finish>;

inline constexpr auto kPassOrThrow = [](auto granted, bool) {
  if (!granted) throw cancelled{};
  return granted;
};
inline constexpr auto kNothingOrThrow = [](auto&& granted, bool) {
  if (!granted) throw cancelled{};
};

}  // namespace internal

/// sync::mutex, fair_mutex, …: whatever has lock_async(executor, stop).
template <class Mutex>
[[nodiscard]] auto lock(Mutex& m) {
  return internal::sync_awaiter(
      internal::wait_kind::mutex, &m, "waiting for a mutex",
      [&m](sync::executor_ref e, std::stop_token s) { return m.lock_async(e, std::move(s)); }, internal::kPassOrThrow);
}
template <class Semaphore>
[[nodiscard]] auto acquire(Semaphore& s) {
  return internal::sync_awaiter(
      internal::wait_kind::semaphore, &s, "waiting for a semaphore",
      [&s](sync::executor_ref e, std::stop_token stop) { return s.acquire_async(e, std::move(stop)); },
      internal::kNothingOrThrow);
}
template <class Event>
[[nodiscard]] auto wait(Event& event) {
  return internal::sync_awaiter(
      internal::wait_kind::event, &event, "waiting for an event",
      [&event](sync::executor_ref e, std::stop_token stop) { return event.wait_async(e, std::move(stop)); },
      internal::kNothingOrThrow);
}
/// Into a sync::bounded_queue. False: it is closed.
template <class T>
[[nodiscard]] auto push(sync::bounded_queue<T>& q, T item) {
  return internal::sync_awaiter(
      internal::wait_kind::push, &q, "pushing into a full queue",
      [&q, kept = std::move(item)](sync::executor_ref e, std::stop_token stop) mutable {
        return q.push_async(std::move(kept), e, std::move(stop));
      },
      [](sync::queue_status status, bool) {
        if (status == sync::queue_status::stopped) throw cancelled{};
        return status == sync::queue_status::success;
      });
}
/// From a sync::bounded_queue. None: it is closed and empty.
template <class T>
[[nodiscard]] auto pop(sync::bounded_queue<T>& q) {
  return internal::sync_awaiter(
      internal::wait_kind::pop, &q, "popping from an empty queue",
      [&q](sync::executor_ref e, std::stop_token stop) { return q.pop_async(e, std::move(stop)); },
      [](std::optional<T> item, bool was_cancelled) {
        if (!item && was_cancelled) throw cancelled{};
        return item;
      });
}

}  // namespace lockstep::async
