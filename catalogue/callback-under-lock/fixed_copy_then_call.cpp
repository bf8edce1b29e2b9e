// Subscribers run without the lock, whatever they do.
#include <cassert>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

class Publisher {
 public:
  void subscribe(std::function<void()> subscriber) {
    const std::lock_guard lock(mutex_);
    subscribers_.push_back(std::move(subscriber));
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    subscribers_.clear();
  }
  void publish() {
    std::vector<std::function<void()>> now;
    {
      const std::lock_guard lock(mutex_);
      now = subscribers_;
    }
    for (const auto& call : now) call();
  }

 private:
  std::mutex mutex_;
  std::vector<std::function<void()>> subscribers_;
};

int main() {
  Publisher publisher;
  std::mutex window;
  int drawn = 0;
  publisher.subscribe([&] {
    const std::lock_guard lock(window);
    ++drawn;
    publisher.clear();
  });
  std::thread user([&] {
    const std::lock_guard lock(window);
    publisher.clear();
  });
  publisher.publish();
  user.join();
  assert(drawn <= 1);
}
