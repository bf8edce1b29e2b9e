// The caller awaits; main drives the outermost task. The type is [[nodiscard]]: a dropped call is a warning.
#include <cassert>
#include <coroutine>
#include <exception>

struct [[nodiscard]] Task {
  struct promise_type {
    std::coroutine_handle<> waiter = std::noop_coroutine();
    Task get_return_object() { return Task{std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    struct Resume {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> h) noexcept {
        return h.promise().waiter;
      }
      void await_resume() noexcept {}
    };
    Resume final_suspend() noexcept { return {}; }  // goes on with who awaits
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  explicit Task(std::coroutine_handle<promise_type> h) : handle(h) {}
  Task(const Task&) = delete;
  ~Task() { handle.destroy(); }
  bool await_ready() { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter) {
    handle.promise().waiter = waiter;
    return handle;
  }
  void await_resume() {}
  std::coroutine_handle<promise_type> handle;
};

int saved = 0;

Task save(int value) {
  saved = value;
  co_return;
}

Task run() { co_await save(7); }

int main() {
  Task task = run();
  task.handle.resume();
  assert(saved == 7 && "the value was saved");
}
