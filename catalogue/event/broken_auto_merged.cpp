// One bit: the second set finds it set already, and one signal is gone.
#include <condition_variable>
#include <mutex>
#include <thread>

class AutoResetEvent {
 public:
  void set() {
    {
      const std::lock_guard lock(mutex_);
      set_ = true;
    }
    changed_.notify_one();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return set_; });
    set_ = false;  // this waiter takes the signal
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

AutoResetEvent start;

int main() {
  std::thread a([] { start.wait(); }), b([] { start.wait(); });
  start.set();
  start.set();
  a.join();
  b.join();
}
