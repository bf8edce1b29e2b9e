// expect: fail kind=deadlock pattern=self-deadlock
// A publisher calls its listeners under its lock; a listener unsubscribes, which locks again.
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
    std::lock_guard lock(m_);
    if (listener_) listener_();
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
