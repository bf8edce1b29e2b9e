// Closed and empty ends a consumer; closed refuses a producer; everybody is woken.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <queue>
#include <thread>

class Queue {
 public:
  bool put(int item) {
    std::lock_guard lock(mutex_);
    if (closed_) return false;
    items_.push(item);
    changed_.notify_one();
    return true;
  }
  void close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  std::optional<int> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !items_.empty(); });
    if (items_.empty()) return std::nullopt;
    int item = items_.front();
    items_.pop();
    return item;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::queue<int> items_;
  bool closed_ = false;
};

int main() {
  Queue queue;
  int taken_a = 0, taken_b = 0;
  std::thread a([&] {
    while (queue.take()) ++taken_a;
  });
  std::thread b([&] {
    while (queue.take()) ++taken_b;
  });
  queue.put(1);
  queue.close();
  assert(!queue.put(2) && "refused after the close");
  a.join();
  b.join();
  assert(taken_a + taken_b == 1 && "what was put before the close is delivered, once");
}
