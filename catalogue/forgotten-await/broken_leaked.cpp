// A fire-and-forget coroutine that suspends and whose handle nobody keeps: its frame stays for ever.
#include <coroutine>
#include <exception>
#include <thread>

struct Detached {
  struct promise_type {
    Detached get_return_object() { return {}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

int sent = 0;

Detached send(int value) {
  sent = value;
  co_return;
}

int main() {
  std::thread worker([] { send(7); });
  worker.join();
}
