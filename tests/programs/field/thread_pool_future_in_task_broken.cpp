// expect: fail kind=deadlock
// A task of a one-thread pool waits for another task of the same pool.
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>

class Pool {
 public:
  Pool() : thread_([this] { run(); }) {}
  ~Pool() {
    post(nullptr);
    thread_.join();
  }
  std::future<int> submit(std::function<int()> f) {
    auto task = std::make_shared<std::packaged_task<int()>>(std::move(f));
    auto result = task->get_future();
    post([task] { (*task)(); });
    return result;
  }

 private:
  void post(std::function<void()> f) {
    {
      std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(f));
    }
    condition_.notify_one();
  }
  void run() {
    for (;;) {
      std::unique_lock lock(mutex_);
      condition_.wait(lock, [this] { return !tasks_.empty(); });
      auto f = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      if (!f) return;
      f();
    }
  }
  std::mutex mutex_;
  std::condition_variable condition_;
  std::deque<std::function<void()>> tasks_;
  std::thread thread_;
};

int main() {
  Pool pool;
  auto outer = pool.submit([&] { return pool.submit([] { return 1; }).get() + 1; });
  return outer.get() == 2 ? 0 : 1;
}
