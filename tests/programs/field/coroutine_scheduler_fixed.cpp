// expect: pass
// A tiny scheduler: coroutines are resumed on two worker threads, a task awaits another one's value.
#include <cassert>
#include <condition_variable>
#include <coroutine>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

class Scheduler {
 public:
  explicit Scheduler(int threads) {
    for (int i = 0; i < threads; ++i) workers_.emplace_back([this] { run(); });
  }
  ~Scheduler() {
    {
      std::lock_guard lock(mutex_);
      stop_ = true;
    }
    condition_.notify_all();
    for (auto& w : workers_) w.join();
  }
  auto schedule() {
    struct Awaiter {
      Scheduler& s;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> h) { s.post(h); }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this};
  }

 private:
  void post(std::coroutine_handle<> h) {
    {
      std::lock_guard lock(mutex_);
      ready_.push_back(h);
    }
    condition_.notify_one();
  }
  void run() {
    for (;;) {
      std::unique_lock lock(mutex_);
      condition_.wait(lock, [this] { return stop_ || !ready_.empty(); });
      if (ready_.empty()) return;
      auto h = ready_.front();
      ready_.pop_front();
      lock.unlock();
      h.resume();
    }
  }
  std::mutex mutex_;
  std::condition_variable condition_;
  std::deque<std::coroutine_handle<>> ready_;
  bool stop_ = false;
  std::vector<std::thread> workers_;
};

struct Fire {
  struct promise_type {
    Fire get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

static std::mutex sum_mutex;
static int sum = 0;

static Fire job(Scheduler& s, int x) {
  co_await s.schedule();
  const int twice = 2 * x;
  co_await s.schedule();
  std::lock_guard lock(sum_mutex);
  sum += twice;
}

int main() {
  {
    Scheduler s(2);
    job(s, 1);
    job(s, 2);
  }
  // A job that was in flight when the scheduler stopped is finished by the worker that runs it.
  assert(sum == 6);
}
