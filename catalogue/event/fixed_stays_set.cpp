// Set once and left so: it does not matter who comes when.
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
  a.join();
  b.join();
}
