// expect: pass
// tags: spin
// A periodic task with jthread, a stop_token and wait_for on condition_variable_any.
#include <atomic>
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

class Periodic {
 public:
  explicit Periodic(std::atomic<int>& ticks) : ticks_(ticks), thread_([this](std::stop_token t) { run(t); }) {}

 private:
  void run(std::stop_token token) {
    std::unique_lock lock(mutex_);
    while (!token.stop_requested()) {
      ticks_.fetch_add(1, std::memory_order_relaxed);
      condition_.wait_for(lock, token, std::chrono::milliseconds(10), [] { return false; });
    }
  }
  std::atomic<int>& ticks_;
  std::mutex mutex_;
  std::condition_variable_any condition_;
  std::jthread thread_;
};

int main() {
  std::atomic<int> ticks{0};
  { Periodic p(ticks); }
  assert(ticks >= 0);
}
