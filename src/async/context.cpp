#include "lockstep/async/internal/context.h"

#include <typeinfo>

#include "lockstep/async/internal/loop.h"
#include "lockstep/async/scope.h"
#include "lockstep/async/time.h"

namespace lockstep::async {

namespace internal {

context::context(context& parent, promise_base* owner, bool shielded) noexcept
    : loop_(parent.loop_), parent_(&parent), next_(parent.first_child_), owner_(owner), shielded_(shielded) {
  if (next_) next_->previous_ = this;
  parent.first_child_ = this;
  cancelled_ = !shielded && parent.cancelled_;
}

context::~context() {
  if (!parent_) return;
  (previous_ ? previous_->next_ : parent_->first_child_) = next_;
  if (next_) next_->previous_ = previous_;
}

void context::cancel() noexcept {
  if (cancelled_) return;
  cancel_nodes();
  request_stops();
}

void context::cancel_nodes() noexcept {
  cancelled_ = true;
  list_link pending;
  while (waiting_.linked()) {
    list_link& l = *waiting_.next;
    l.unlink();
    l.insert_before(pending);
  }
  while (pending.linked()) {
    auto& node = static_cast<wait_node&>(*pending.next);
    node.unlink();
    node.insert_before(waiting_);  // dump() shows it until it is woken
    if (node.shielded_) continue;
    node.cancelled_ = true;
    node.cancel();
  }
  for (context* c = first_child_; c; c = c->next_) {
    if (!c->shielded_ && !c->cancelled_) c->cancel_nodes();
  }
}

void context::request_stops() noexcept {
  // The callbacks are other people's code, and run when all nodes have been told. They cannot resume anything here.
  if (stop_.stop_possible()) stop_.request_stop();
  for (context* c = first_child_; c; c = c->next_) {
    if (c->cancelled_) c->request_stops();
  }
}

std::stop_token context::stop_token() {
  if (!stop_.stop_possible()) {
    stop_ = std::stop_source();
    if (cancelled_) stop_.request_stop();
  }
  return stop_.get_token();
}

// ---- time.h

bool sleep_awaiter::begin(promise_base& p) noexcept {
  if (!enter(p)) return false;
  internal::loop& l = p.context->loop();
  if (relative_) when_ = when_ > 0 ? l.now() + when_ : 0;
  if (when_ <= 0) {
    wake();
  } else {
    l.add(*this, when_);
  }
  return true;
}

void sleep_awaiter::cancel() noexcept {
  waiter_->context->loop().remove(*this);
  wake();
}

std::string sleep_awaiter::describe() const {
  std::int64_t left = when_ - waiter_->context->loop().now();
  return "sleeping for another " + std::to_string((left > 0 ? left : 0) / 1'000'000) + " ms";
}

}  // namespace internal

// ---- scope.h

internal::promise_base* scope::completed(internal::promise_base& ended) noexcept {
  if (ended.holds == internal::result_kind::error) failed(ended.error);
  internal::free_later(ended);
  return --running_ == 0 && joiner_ ? joiner_->over() : nullptr;
}

void scope::failed(std::exception_ptr e) noexcept {
  // Asked of the pointer itself (libstdc++), because a throw for each cancelled task would cost a microsecond.
  if (*e.__cxa_exception_type() != typeid(cancelled) && !error_) error_ = std::move(e);
  context_.cancel();
}

std::string scope::join_awaiter::describe() const {
  return "waiting for the " + std::to_string(scope_.running_) + " tasks of a scope";
}

}  // namespace lockstep::async
