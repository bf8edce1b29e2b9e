// expect: pass complete
// The listener is copied under the lock and called without it.
#include <functional>
#include <mutex>
#include <thread>

class Publisher {
 public:
  void subscribe(std::function<void()> f) {
    std::lock_guard lock(m_);
    listener_ = std::move(f);
  }
  void unsubscribe() {
    std::lock_guard lock(m_);
    listener_ = nullptr;
  }
  void publish() {
    std::function<void()> f;
    {
      std::lock_guard lock(m_);
      f = listener_;
    }
    if (f) f();
  }

 private:
  std::mutex m_;
  std::function<void()> listener_;
};

int main() {
  Publisher p;
  std::thread t([&] { p.publish(); });
  p.subscribe([&] { p.unsubscribe(); });
  t.join();
}
