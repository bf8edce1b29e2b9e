// An event loop and what a coroutine needs to wait in it for another thread.
#include <cassert>
#include <condition_variable>
#include <coroutine>
#include <exception>
#include <mutex>
#include <queue>
#include <thread>

class Loop {
 public:
  void post(std::coroutine_handle<> handle) {  // from any thread
    std::lock_guard lock(mutex_);
    ready_.push(handle);
    changed_.notify_one();
  }
  void run_one() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !ready_.empty(); });
    const std::coroutine_handle<> handle = ready_.front();
    ready_.pop();
    lock.unlock();
    handle.resume();  // without the lock: it may post
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::queue<std::coroutine_handle<>> ready_;
};

Loop loop;

class Completion {  // one value, one waiter; set from any thread
 public:
  void set(int value) {
    std::lock_guard lock(mutex_);
    value_ = value;
    set_ = true;
    if (waiter_) loop.post(waiter_);
  }
  bool await_ready() const { return false; }  // decided under the lock, below
  bool await_suspend(std::coroutine_handle<> handle) {
    std::lock_guard lock(mutex_);
    if (set_) return false;  // goes on at once
    waiter_ = handle;
    return true;
  }
  int await_resume() {
    std::lock_guard lock(mutex_);
    return value_;
  }

 private:
  std::mutex mutex_;
  std::coroutine_handle<> waiter_;
  int value_ = 0;
  bool set_ = false;
};

struct Task {
  struct promise_type {
    Task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
};

Completion reply;
int received = 0;

Task client() { received = co_await reply; }

int main() {
  Task task = client();
  loop.post(task.handle);
  std::thread worker([] { reply.set(42); });
  while (!task.handle.done()) loop.run_one();
  worker.join();
  assert(received == 42);
  task.handle.destroy();
}
