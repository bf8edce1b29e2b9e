// expect: pass
// An event loop that timers and other threads post to; handlers may post again, and one ends the loop.
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <queue>
#include <thread>

class Loop {
 public:
  using Clock = std::chrono::steady_clock;
  void post(std::function<void()> f) {
    {
      std::lock_guard lock(mutex_);
      ready_.push(std::move(f));
    }
    wake_.notify_one();
  }
  void after(Clock::duration d, std::function<void()> f) {
    {
      std::lock_guard lock(mutex_);
      timers_.emplace(Clock::now() + d, std::move(f));
    }
    wake_.notify_one();
  }
  void quit() {
    std::lock_guard lock(mutex_);
    quitting_ = true;
    wake_.notify_one();
  }
  void run() {
    std::unique_lock lock(mutex_);
    while (!quitting_) {
      if (!ready_.empty()) {
        auto f = std::move(ready_.front());
        ready_.pop();
        lock.unlock();
        f();
        lock.lock();
      } else if (!timers_.empty() && timers_.begin()->first <= Clock::now()) {
        ready_.push(std::move(timers_.begin()->second));
        timers_.erase(timers_.begin());
      } else if (!timers_.empty()) {
        wake_.wait_until(lock, timers_.begin()->first);
      } else {
        wake_.wait(lock);
      }
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::queue<std::function<void()>> ready_;
  std::multimap<Clock::time_point, std::function<void()>> timers_;
  bool quitting_ = false;
};

int main() {
  Loop loop;
  int events = 0;
  std::thread poster([&] {
    loop.post([&] {
      ++events;
      loop.post([&] {
        if (++events == 3) loop.quit();
      });
    });
  });
  loop.after(std::chrono::milliseconds(2), [&] {
    if (++events == 3) loop.quit();
  });
  loop.run();
  poster.join();
  assert(events == 3);
}
