// Contexts: who is cancelled together, and who waits. Internal.
//
// Each task runs in a context. Contexts form a tree: a scope, a when_any, a with_timeout makes one for its tasks, below
// the one it was called in. Cancelling a context cancels all that wait in it and in those below, except behind a
// shield; what waits later, throws at once. The same lists answer `dump()`: everything that waits hangs in the tree.
//
// States of a wait_node:
//   idle      -> waiting    await_suspend: in the list of its context
//   waiting   -> woken      wake(): out of the list, its coroutine in the ready queue. Once.
//   waiting   -> cancelling the context was cancelled: cancel() is called, once; it leads to wake(), now or later
//   cancelling-> woken
// Thread safety: everything belongs to the loop's thread.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "lockstep/async/errors.h"
#include "lockstep/async/internal/layout.h"
#include "lockstep/async/internal/promise.h"

namespace lockstep::async::internal {

class context;

/// Links of a circular list with a head.
struct list_link {
  list_link* previous = this;
  list_link* next = this;

  list_link() = default;
  list_link(const list_link&) = delete;
  list_link& operator=(const list_link&) = delete;

  bool linked() const noexcept { return next != this; }
  void insert_before(list_link& where) noexcept {
    previous = where.previous;
    next = &where;
    previous->next = this;
    where.previous = this;
  }
  void unlink() noexcept {
    previous->next = next;
    next->previous = previous;
    previous = next = this;
  }
};

/// A coroutine that waits for something other than a coroutine. Lies in its frame; made anew for each wait.
class wait_node : public list_link, public awaiter_tag {
 public:
  /// Ends the wait early, now or soon. The list is not to be touched by it.
  virtual void cancel() noexcept = 0;
  /// What it waits for, for people: "sleeping", "reading from descriptor 7".
  virtual std::string describe() const = 0;

  promise_base* waiter() const noexcept { return waiter_; }

 protected:
  wait_node() = default;
  ~wait_node() = default;

  /// For debuggers of other processes: what it waits for, and the word in this node that says which one.
  void waits_for(wait_kind kind, const void* subject = nullptr) noexcept {
    kind_ = kind;
    std::ptrdiff_t at = subject ? static_cast<const char*>(subject) - reinterpret_cast<const char*>(this) : 0;
    subject_at_ = static_cast<std::uint8_t>(at);
  }

  /// Enters the context of `p`. False: it is cancelled already, and the coroutine is not to be suspended.
  bool enter(promise_base& p) noexcept;
  /// Never refuses, and cancel() is never called: waits for what ends in any case.
  void enter_shielded(promise_base& p) noexcept;
  /// The wait is over: its coroutine goes into the ready queue.
  void wake() noexcept;
  /// Leaves the list without a wake.
  void leave() noexcept {
    if (linked()) unlink();
  }
  /// For await_resume.
  void throw_if_cancelled() const {
    if (cancelled_) throw cancelled{};
  }

  promise_base* waiter_ = nullptr;
  bool cancelled_ = false;  // set by those whose wait ended because of a cancellation
  bool shielded_ = false;

 private:
  friend class context;
  friend struct layout_access;
  wait_kind kind_ = wait_kind::other;
  std::uint8_t subject_at_ = 0;
  std::uint32_t number_ = 0;
};

class context {
 public:
  /// `owner` is the coroutine that made it and waits for what runs in it; for dump().
  context(context& parent, promise_base* owner, bool shielded = false) noexcept;
  /// The root of a loop.
  explicit context(internal::loop& l) noexcept : loop_(l) {}
  ~context();
  context(const context&) = delete;
  context& operator=(const context&) = delete;

  internal::loop& loop() const noexcept { return loop_; }
  bool is_cancelled() const noexcept { return cancelled_; }
  void cancel() noexcept;
  /// A stop is requested with the cancellation. Made when first asked for; another thread may keep it.
  std::stop_token stop_token();
  context* parent() const noexcept { return parent_; }
  promise_base* owner() const noexcept { return owner_; }
  void set_kind(context_kind kind) noexcept { kind_ = kind; }

  /// f(wait_node&) for everything that waits in it and below.
  template <class F>
  void for_each_waiting(F&& f) {
    for (list_link* l = waiting_.next; l != &waiting_; l = l->next) f(static_cast<wait_node&>(*l));
    for (context* c = first_child_; c; c = c->next_) c->for_each_waiting(f);
  }

 private:
  friend class wait_node;
  friend struct layout_access;
  void cancel_nodes() noexcept;
  void request_stops() noexcept;

  internal::loop& loop_;
  context* parent_ = nullptr;
  context* first_child_ = nullptr;
  context* next_ = nullptr;
  context* previous_ = nullptr;
  promise_base* owner_ = nullptr;
  list_link waiting_;
  std::stop_source stop_{std::nostopstate};
  bool cancelled_ = false;
  bool shielded_ = false;
  context_kind kind_ = context_kind::plain;
};

inline bool wait_node::enter(promise_base& p) noexcept {
  waiter_ = &p;
  number_ = ++here.waits;
  context& c = *p.context;
  if (c.cancelled_) [[unlikely]] {
    cancelled_ = true;
    return false;
  }
  insert_before(c.waiting_);
  return true;
}

inline void wait_node::enter_shielded(promise_base& p) noexcept {
  waiter_ = &p;
  number_ = ++here.waits;
  shielded_ = true;
  insert_before(p.context->waiting_);
}

/// co_await this_context{} gives the context of the coroutine; does not suspend.
struct this_context : awaiter_tag {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> h) noexcept {
    self = &h.promise();
    return false;
  }
  promise_base& await_resume() const noexcept { return *self; }
  promise_base* self = nullptr;
};

}  // namespace lockstep::async::internal
