// A lazy task: calling `save` only makes the coroutine. It is destroyed before its first statement.
#include <cassert>
#include <coroutine>
#include <exception>

struct Task {
  struct promise_type {
    Task get_return_object() { return Task{std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }  // lazy: runs when awaited
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  explicit Task(std::coroutine_handle<promise_type> h) : handle(h) {}
  Task(const Task&) = delete;
  ~Task() { handle.destroy(); }
  std::coroutine_handle<promise_type> handle;
};

int saved = 0;

Task save(int value) {
  saved = value;
  co_return;
}

int main() {
  save(7);  // no co_await
  assert(saved == 7 && "the value was saved");
}
