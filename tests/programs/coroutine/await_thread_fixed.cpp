// expect: pass
// flags: -O0
// compilers: gcc
// co_await hands the coroutine to a new thread; main joins that thread.
#include <cassert>
#include <coroutine>
#include <mutex>
#include <thread>

struct Detached {
  struct promise_type {
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};

std::thread worker;
int result;

struct OnWorker {
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> h) {
    worker = std::thread([h] { h.resume(); });
  }
  void await_resume() {}
};

Detached compute() {
  co_await OnWorker{};
  result = 6;
}

int main() {
  compute();
  worker.join();
  assert(result == 6);
}
