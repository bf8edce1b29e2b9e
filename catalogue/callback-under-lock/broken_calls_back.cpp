// The subscriber has had enough and says so, from within the call.
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
  int calls = 0;
  publisher.subscribe([&] {
    ++calls;
    publisher.clear();  // takes the lock that publish() holds
  });
  std::thread other([&] { publisher.publish(); });
  other.join();
  assert(calls == 1);
}
