// expect: fail kind=leak
// compilers: gcc
// Nobody resumes or destroys the suspended coroutine: its frame is leaked.
#include <coroutine>
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

Detached forgotten() { co_await std::suspend_always{}; }

int main() {
  std::thread t([] { forgotten(); });
  t.join();
}
