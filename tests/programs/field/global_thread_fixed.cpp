// expect: pass
// A global object's constructor starts a thread, its destructor joins it after main.
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

class Service {
 public:
  Service() : thread_([this] { run(); }) {}
  ~Service() {
    {
      std::lock_guard lock(mutex_);
      stop_ = true;
    }
    condition_.notify_one();
    thread_.join();
    if (done_ != 2) std::abort();
  }
  void work() {
    std::lock_guard lock(mutex_);
    ++jobs_;
    condition_.notify_one();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!stop_ || jobs_ > 0) {
      condition_.wait(lock, [this] { return stop_ || jobs_ > 0; });
      while (jobs_ > 0) {
        --jobs_;
        ++done_;
      }
    }
  }
  std::mutex mutex_;
  std::condition_variable condition_;
  int jobs_ = 0, done_ = 0;
  bool stop_ = false;
  std::thread thread_;
};

static Service service;

int main() {
  std::atexit([] { std::puts("leaving"); });
  service.work();
  service.work();
}
