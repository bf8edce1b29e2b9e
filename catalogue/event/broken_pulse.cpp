// Pulsed: opened for those that wait just now. Who is not there yet, or not awake yet, finds it closed.
#include <condition_variable>
#include <mutex>
#include <thread>

class ManualResetEvent {
 public:
  void set() {
    {
      const std::lock_guard lock(mutex_);
      set_ = true;
    }
    changed_.notify_all();
  }
  void reset() {
    const std::lock_guard lock(mutex_);
    set_ = false;
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return set_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

ManualResetEvent start;

int main() {
  std::thread a([] { start.wait(); }), b([] { start.wait(); });
  start.set();
  start.reset();
  a.join();
  b.join();
}
