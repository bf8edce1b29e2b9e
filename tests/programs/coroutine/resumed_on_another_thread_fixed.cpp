// expect: pass complete
// compilers: gcc
// A coroutine suspends on main and is resumed on another thread; the creation of the thread orders both halves.
#include <cassert>
#include <coroutine>
#include <thread>

struct Task {
  struct promise_type {
    Task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
  std::coroutine_handle<promise_type> handle;
};

int steps;

Task work() {
  int local = 1;
  co_await std::suspend_always{};
  steps = local + 1;
}

int main() {
  Task task = work();
  std::thread t([&] { task.handle.resume(); });
  t.join();
  assert(steps == 2 && task.handle.done());
  task.handle.destroy();
}
