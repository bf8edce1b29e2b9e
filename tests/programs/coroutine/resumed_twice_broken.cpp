// expect: fail kind=data-race
// compilers: gcc
// Two threads resume one coroutine without agreeing who does: its frame is raced for.
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
  ++steps;
  co_await std::suspend_always{};
  ++steps;
  co_await std::suspend_always{};
  ++steps;
  co_await std::suspend_always{};
}

int main() {
  Task task = work();
  std::thread t([&] { task.handle.resume(); });
  task.handle.resume();
  t.join();
  task.handle.destroy();
}
