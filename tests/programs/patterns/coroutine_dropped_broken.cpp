// expect: fail kind=assertion pattern=forgotten-await
// compilers: gcc clang
// A coroutine that starts suspended is made and thrown away: its body never runs.
#include <cassert>
#include <coroutine>

struct Task {
  struct promise_type {
    Task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
  std::coroutine_handle<promise_type> handle;
  ~Task() { handle.destroy(); }
};

int saved = 0;

Task save() {
  saved = 1;
  co_return;
}

int main() {
  save();
  assert(saved == 1);
}
