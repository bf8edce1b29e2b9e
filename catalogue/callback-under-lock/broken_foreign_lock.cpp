// Neither class does anything wrong for itself; together they take two locks both ways round.
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
    const std::lock_guard lock(mutex_);
    for (const auto& call : subscribers_) call();  // foreign code
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
  });
  std::thread user([&] {
    const std::lock_guard lock(window);
    publisher.clear();  // window, then publisher; publish() has it the other way round
  });
  publisher.publish();
  user.join();
  assert(drawn <= 1);
}
