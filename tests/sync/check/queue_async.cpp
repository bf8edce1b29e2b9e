// expect: pass complete
// A coroutine and a thread wait for the same queue: each value reaches one of them, and a coroutine that was suspended
// is resumed.
#include <cassert>
#include <coroutine>
#include <exception>
#include <thread>

#include "lockstep/sync/bounded_queue.h"

struct here {
  void post(std::coroutine_handle<> h) { h.resume(); }
};

struct fire_and_forget {
  struct promise_type {
    fire_and_forget get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

fire_and_forget take(lockstep::sync::bounded_queue<int>& queue, here& executor, std::optional<int>& got) {
  got = co_await queue.pop_async(executor);
}

int main() {
  lockstep::sync::bounded_queue<int> queue(1);
  here executor;
  std::optional<int> by_coroutine;
  std::optional<int> by_thread;
  take(queue, executor, by_coroutine);
  std::thread consumer([&] { by_thread = queue.pop(); });
  queue.push(1);
  queue.push(2);
  consumer.join();
  assert(*by_coroutine + *by_thread == 3);
}
