// expect: pass
// A token bucket on the steady clock; callers wait with wait_until for the next token.
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

class RateLimiter {
 public:
  explicit RateLimiter(int burst) : tokens_(burst) {}
  void acquire() {
    std::unique_lock lock(mutex_);
    while (tokens_ == 0) {
      condition_.wait_until(lock, last_ + 10ms);
      refill();
    }
    --tokens_;
    ++granted_;
  }
  int granted() {
    std::lock_guard lock(mutex_);
    return granted_;
  }

 private:
  void refill() {
    const auto now = Clock::now();
    while (last_ + 10ms <= now) {
      last_ += 10ms;
      if (tokens_ < 1) ++tokens_;
    }
  }
  std::mutex mutex_;
  std::condition_variable condition_;
  Clock::time_point last_ = Clock::now();
  int tokens_;
  int granted_ = 0;
};

int main() {
  RateLimiter limiter(1);
  std::thread a([&] { limiter.acquire(); }), b([&] { limiter.acquire(); });
  a.join();
  b.join();
  assert(limiter.granted() == 2);
}
