// expect: fail kind=deadlock pattern=blocked-loop object=pool.jobs_
// One worker; its job waits for another job of the same pool.
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <queue>
#include <thread>

class Pool {
 public:
  Pool() : worker_([this] { loop(); }) {}
  ~Pool() {
    {
      std::lock_guard lock(mutex_);
      done_ = true;
    }
    changed_.notify_all();
    worker_.join();
  }
  template <class F>
  auto submit(F job) {
    auto task = std::make_shared<std::packaged_task<decltype(job())()>>(std::move(job));
    auto result = task->get_future();
    {
      std::lock_guard lock(mutex_);
      jobs_.push([task] { (*task)(); });
    }
    changed_.notify_one();
    return result;
  }

 private:
  void loop() {
    for (;;) {
      std::function<void()> job;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return done_ || !jobs_.empty(); });
        if (jobs_.empty()) return;
        job = std::move(jobs_.front());
        jobs_.pop();
      }
      job();
    }
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::queue<std::function<void()>> jobs_;
  bool done_ = false;
  std::thread worker_;
};

int main() {
  Pool pool;
  auto sum = pool.submit([&pool] { return pool.submit([] { return 2; }).get() + 1; });
  return sum.get() - 3;
}
