// expect: fail kind=assertion
// The worker leaves as soon as a stop is requested, with work still in the queue.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <queue>
#include <stop_token>
#include <thread>

class Worker {
 public:
  Worker() : thread_([this](std::stop_token token) { run(token); }) {}
  void post(int x) {
    {
      std::lock_guard lock(mutex_);
      queue_.push(x);
    }
    condition_.notify_one();
  }
  int finish() {
    thread_.request_stop();
    thread_.join();
    return sum_;
  }

 private:
  void run(std::stop_token token) {
    std::unique_lock lock(mutex_);
    while (!token.stop_requested()) {
      if (!condition_.wait(lock, token, [this] { return !queue_.empty(); })) return;
      sum_ += queue_.front();
      queue_.pop();
    }
  }
  std::mutex mutex_;
  std::condition_variable_any condition_;
  std::queue<int> queue_;
  int sum_ = 0;
  std::jthread thread_;
};

int main() {
  Worker worker;
  worker.post(1);
  worker.post(2);
  assert(worker.finish() == 3);
}
