// The handler holds the loop, and waits for a job that only the loop can run.
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

class Loop {
 public:
  void post(std::function<void()> job) {
    std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    more_.notify_one();
  }
  void run(int count) {
    for (; count > 0; --count) {
      std::unique_lock lock(mutex_);
      more_.wait(lock, [this] { return !jobs_.empty(); });
      auto job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<std::function<void()>> jobs_;
};

Loop loop;
int served = 0;

void handle() {
  std::promise<int> answer;
  loop.post([&] { answer.set_value(42); });
  served = answer.get_future().get();
}

int main() {
  std::thread server([] { loop.run(2); });
  loop.post(handle);
  server.join();
}
