// The least that a coroutine needs: a task that runs at once and destroys itself, and an executor that resumes in
// place.
#pragma once

#include <coroutine>
#include <exception>

struct detached {
  struct promise_type {
    detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

struct inline_executor {
  void post(std::coroutine_handle<> h) { h.resume(); }
};
