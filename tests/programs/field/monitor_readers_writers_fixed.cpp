// expect: pass
// A hand-made readers-writer lock, used through std::shared_lock and std::unique_lock.
#include <cassert>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <shared_mutex>
#include <thread>

class RwLock {
 public:
  void lock() {
    std::unique_lock l(mutex_);
    ++waiting_;
    condition_.wait(l, [this] { return readers_ == 0 && !writing_; });
    --waiting_;
    writing_ = true;
  }
  void unlock() {
    std::lock_guard l(mutex_);
    writing_ = false;
    condition_.notify_all();
  }
  void lock_shared() {
    std::unique_lock l(mutex_);
    condition_.wait(l, [this] { return !writing_ && waiting_ == 0; });
    ++readers_;
  }
  void unlock_shared() {
    std::lock_guard l(mutex_);
    if (--readers_ == 0) condition_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  int readers_ = 0, waiting_ = 0;
  bool writing_ = false;
};

int main() {
  RwLock lock;
  std::deque<int> data{1, 2};
  auto read = [&] {
    std::shared_lock l(lock);
    assert(data.size() % 2 == 0);
  };
  std::thread a(read), b(read);
  {
    std::unique_lock l(lock);
    data.push_back(3);
    data.push_front(0);
  }
  a.join();
  b.join();
}
