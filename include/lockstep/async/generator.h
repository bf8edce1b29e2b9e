// generator<T>: a range whose elements a coroutine yields. async_generator<T>: one that may wait between them.
//
//     generator<int> first(int n) { for (int i = 0; i < n; ++i) co_yield i; }
//     for (int i : first(3)) …
//
//     async_generator<line> lines(stream& s) { while (auto l = co_await read_line(s)) co_yield *l; }
//     auto all = lines(s);
//     while (line* l = co_await all.next()) use(*l);
//
// What is yielded lives until the next element is asked for. Destroying a generator destroys its locals where it
// stands; an async_generator may be destroyed only between two next(). An exception comes out of begin(), ++ or next(),
// and ends the range. Cancel safety: next() passes on the `cancelled` of what the generator waits for, which ends the
// range; elements are not lost. Which thread resumes you: the loop's. Thread safety: none.
#pragma once

#include <coroutine>
#include <exception>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>

#include "lockstep/async/internal/promise.h"
#include "lockstep/async/task.h"

namespace lockstep::async {

template <class T>
class generator {
 public:
  using value = std::remove_reference_t<T>;

  struct promise_type {
    value* current = nullptr;
    std::exception_ptr error;

    static void* operator new(std::size_t size) { return internal::here.frames.allocate(size); }
    static void operator delete(void* frame, std::size_t size) noexcept { internal::here.frames.release(frame, size); }
    generator get_return_object() noexcept {
      return generator(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    std::suspend_always yield_value(value& v) noexcept {
      current = std::addressof(v);
      return {};
    }
    std::suspend_always yield_value(value&& v) noexcept {
      current = std::addressof(v);
      return {};
    }
    void return_void() const noexcept {}
    void unhandled_exception() noexcept { error = std::current_exception(); }
    void await_transform() = delete;  // a plain generator cannot wait
  };

  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = std::remove_cv_t<value>;
    using difference_type = std::ptrdiff_t;
    using pointer = value*;
    using reference = value&;

    iterator() = default;
    reference operator*() const { return *handle_.promise().current; }
    pointer operator->() const { return handle_.promise().current; }
    iterator& operator++() {
      step(handle_);
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& i, std::default_sentinel_t) { return !i.handle_ || i.handle_.done(); }

   private:
    friend generator;
    explicit iterator(std::coroutine_handle<promise_type> h) : handle_(h) {}
    std::coroutine_handle<promise_type> handle_;
  };

  generator(generator&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  generator& operator=(generator&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~generator() {
    if (handle_) handle_.destroy();
  }
  iterator begin() {
    step(handle_);
    return iterator(handle_);
  }
  std::default_sentinel_t end() const { return {}; }

 private:
  explicit generator(std::coroutine_handle<promise_type> h) : handle_(h) {}
  static void step(std::coroutine_handle<promise_type> h) {
    h.resume();
    if (h.promise().error) std::rethrow_exception(std::exchange(h.promise().error, nullptr));
  }
  std::coroutine_handle<promise_type> handle_;
};

template <class T>
class async_generator {
 public:
  using value = std::remove_reference_t<T>;

  struct promise_type : internal::task_promise_base {
    value* current = nullptr;
    std::exception_ptr thrown;

    struct yield_awaiter {
      bool await_ready() const noexcept { return false; }
      internal::transfer_result await_suspend(std::coroutine_handle<promise_type> h) const noexcept {
        return internal::transfer(h.promise().next_after_end());
      }
      void await_resume() const noexcept {}
    };
    async_generator get_return_object() noexcept { return async_generator(*this); }
    yield_awaiter yield_value(value& v) noexcept {
      current = std::addressof(v);
      return {};
    }
    yield_awaiter yield_value(value&& v) noexcept {
      current = std::addressof(v);
      return {};
    }
    void return_void() noexcept { current = nullptr; }
    void unhandled_exception() noexcept {
      current = nullptr;
      thrown = std::current_exception();
    }
  };

  struct next_awaiter : internal::awaiter_tag {
    promise_type& p;
    explicit next_awaiter(promise_type& promise) noexcept : p(promise) {}
    bool await_ready() const noexcept { return p.handle().done(); }
    template <class Promise>
    internal::transfer_result await_suspend(std::coroutine_handle<Promise> consumer) const noexcept {
      p.current = nullptr;
      p.start_for(consumer.promise(), consumer.promise().context);
      return internal::transfer(&p);
    }
    value* await_resume() const {
      if (p.thrown) std::rethrow_exception(std::exchange(p.thrown, nullptr));
      return p.current;
    }
  };

  async_generator(async_generator&& other) noexcept : promise_(std::exchange(other.promise_, nullptr)) {}
  async_generator& operator=(async_generator&& other) noexcept {
    std::swap(promise_, other.promise_);
    return *this;
  }
  ~async_generator() {
    if (promise_) promise_->handle().destroy();
  }
  /// co_await next(): the next element, or nullptr at the end.
  [[nodiscard]] next_awaiter next() noexcept { return next_awaiter(*promise_); }

 private:
  explicit async_generator(promise_type& p) noexcept : promise_(&p) {}
  promise_type* promise_;
};

}  // namespace lockstep::async
