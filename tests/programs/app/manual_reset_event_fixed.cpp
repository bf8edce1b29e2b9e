// expect: pass complete
// A manual-reset event of mutex, flag and condition variable.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

class Event {
 public:
  void set() {
    std::lock_guard lock(m_);
    set_ = true;
    cv_.notify_all();
  }
  void wait() {
    std::unique_lock lock(m_);
    while (!set_) cv_.wait(lock);
  }

 private:
  std::mutex m_;
  std::condition_variable cv_;
  bool set_ = false;
};

int main() {
  Event event;
  int value = 0;
  std::thread t([&] {
    event.wait();
    assert(value == 1);
  });
  value = 1;
  event.set();
  t.join();
}
