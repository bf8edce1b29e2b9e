// channel<T>: items from tasks to tasks of one loop, first in first out, with room for a fixed number.
//
//     channel<job> jobs(16);
//     co_await jobs.send(job{…});                                // waits while it is full
//     while (std::optional<job> j = co_await jobs.receive()) …   // waits while it is empty; nullopt: closed and empty
//     jobs.close();                                              // what is in it is still received
//
// A capacity of 0 hands each item over: send() waits for a receiver. Errors: send() into a closed channel throws
// channel_closed (those that wait, too). Cancel safety: a cancelled send has not sent, a cancelled receive has not
// taken anything. Which thread resumes you: the loop's, in the order of waiting. Thread safety: none; between threads,
// use sync::bounded_queue (locks.h). Complexity: O(1), no allocation after the constructor. Invariants: senders wait
// only if it is full; receivers only if it is empty; so never both.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "lockstep/async/internal/context.h"
#include "lockstep/async/internal/loop.h"

namespace lockstep::async {

class channel_closed : public std::runtime_error {
 public:
  channel_closed() : std::runtime_error("lockstep::async::channel: closed") {}
};

template <class T>
class channel {
  // One that waits, in the order of its arrival.
  struct waiting : internal::wait_node {
    waiting* next = nullptr;
    waiting* previous = nullptr;
    using internal::wait_node::wake;
  };
  struct queue {
    waiting* first = nullptr;
    waiting* last = nullptr;
    void push(waiting& w) noexcept {
      w.next = nullptr;
      w.previous = last;
      (last ? last->next : first) = &w;
      last = &w;
    }
    void remove(waiting& w) noexcept {
      (w.previous ? w.previous->next : first) = w.next;
      (w.next ? w.next->previous : last) = w.previous;
    }
  };

 public:
  explicit channel(std::size_t capacity)
      : capacity_(capacity), slots_(std::allocator<T>().allocate(capacity == 0 ? 1 : capacity)) {}
  channel(const channel&) = delete;
  channel& operator=(const channel&) = delete;
  ~channel() {
    while (size_ != 0) take();
    std::allocator<T>().deallocate(slots_, capacity_ == 0 ? 1 : capacity_);
  }

  class send_awaiter final : public waiting {
   public:
    send_awaiter(channel& c, T item) : channel_(&c), item_(std::move(item)) {
      this->waits_for(internal::wait_kind::send, &channel_);
    }
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> h) {
      if (!this->enter(h.promise())) return false;
      if (channel_->closed_ || channel_->accept(item_)) {
        sent_ = !channel_->closed_;
        this->leave();
        return false;
      }
      channel_->senders_.push(*this);
      return true;
    }
    void await_resume() const {
      if (sent_) return;
      this->throw_if_cancelled();
      throw channel_closed();
    }
    void cancel() noexcept override {
      channel_->senders_.remove(*this);
      this->wake();
    }
    std::string describe() const override { return "sending into a full channel"; }

   private:
    friend channel;
    channel* channel_;
    T item_;
    bool sent_ = false;
  };

  class receive_awaiter final : public waiting {
   public:
    explicit receive_awaiter(channel& c) noexcept : channel_(&c) {
      this->waits_for(internal::wait_kind::receive, &channel_);
    }
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> h) {
      if (!this->enter(h.promise())) return false;
      if (channel_->fetch(item_) || channel_->closed_) {
        this->leave();
        return false;
      }
      channel_->receivers_.push(*this);
      return true;
    }
    std::optional<T> await_resume() {
      if (!item_) this->throw_if_cancelled();
      return std::move(item_);
    }
    void cancel() noexcept override {
      channel_->receivers_.remove(*this);
      this->wake();
    }
    std::string describe() const override { return "receiving from an empty channel"; }

   private:
    friend channel;
    channel* channel_;
    std::optional<T> item_;
  };

  [[nodiscard]] send_awaiter send(T item) { return send_awaiter(*this, std::move(item)); }
  [[nodiscard]] receive_awaiter receive() noexcept { return receive_awaiter(*this); }
  /// False: it is full or closed; the item stays where it is.
  bool try_send(T& item) { return !closed_ && accept(item); }
  std::optional<T> try_receive() {
    std::optional<T> item;
    fetch(item);
    return item;
  }
  void close() noexcept {
    closed_ = true;
    while (waiting* w = receivers_.first) {
      receivers_.remove(*w);
      w->wake();
    }
    while (waiting* w = senders_.first) {
      senders_.remove(*w);
      w->wake();
    }
  }
  bool closed() const noexcept { return closed_; }
  std::size_t size() const noexcept { return size_; }

 private:
  /// Takes the item if there is a receiver or room.
  bool accept(T& item) {
    if (receivers_.first) {
      auto& r = static_cast<receive_awaiter&>(*receivers_.first);
      r.item_.emplace(std::move(item));
      receivers_.remove(r);
      r.wake();
      return true;
    }
    if (size_ == capacity_) return false;
    std::size_t at = first_ + size_;
    new (slots_ + (at >= capacity_ ? at - capacity_ : at)) T(std::move(item));
    ++size_;
    return true;
  }
  /// Gives the first item, if there is any, and lets a sender follow.
  bool fetch(std::optional<T>& item) {
    if (size_ != 0) {
      item.emplace(take());
      if (senders_.first) {
        auto& s = static_cast<send_awaiter&>(*senders_.first);
        senders_.remove(s);
        accept(s.item_);
        s.sent_ = true;
        s.wake();
      }
      return true;
    }
    if (!senders_.first) return false;
    auto& s = static_cast<send_awaiter&>(*senders_.first);
    senders_.remove(s);
    item.emplace(std::move(s.item_));
    s.sent_ = true;
    s.wake();
    return true;
  }
  T take() {
    T* slot = slots_ + first_;
    T item = std::move(*slot);
    slot->~T();
    if (++first_ == capacity_) first_ = 0;
    --size_;
    return item;
  }

  std::size_t capacity_;
  T* slots_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
  queue senders_;
  queue receivers_;
  bool closed_ = false;
};

}  // namespace lockstep::async
