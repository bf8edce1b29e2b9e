// The one that waits is another thread; the loop goes on and runs the job.
#include <cassert>
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
std::thread worker;

void handle() {
  worker = std::thread([] {
    std::promise<int> answer;
    auto result = answer.get_future();
    loop.post([&] { answer.set_value(42); });
    served = result.get();
  });
}

int main() {
  std::thread server([] { loop.run(2); });
  loop.post(handle);
  server.join();
  worker.join();
  assert(served == 42);
}
