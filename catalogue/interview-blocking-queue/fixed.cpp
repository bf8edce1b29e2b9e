// put and take wait; try_take does not and says so. Nobody needs to ask for the size first.
#include <cassert>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <queue>
#include <thread>

class Queue {
 public:
  explicit Queue(std::size_t capacity) : capacity_(capacity) {}
  void put(int item) {
    std::unique_lock lock(mutex_);
    not_full_.wait(lock, [this] { return items_.size() < capacity_; });
    items_.push(item);
    not_empty_.notify_one();
  }
  int take() {
    std::unique_lock lock(mutex_);
    not_empty_.wait(lock, [this] { return !items_.empty(); });
    return pop();
  }
  std::optional<int> try_take() {
    std::lock_guard lock(mutex_);
    if (items_.empty()) return std::nullopt;
    return pop();
  }

 private:
  int pop() {  // the lock is held, an item is there
    const int item = items_.front();
    items_.pop();
    not_full_.notify_one();
    return item;
  }
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable not_full_, not_empty_;
  std::queue<int> items_;
};

int main() {
  Queue queue(1);
  int polled = 0;
  std::thread producer([&] {
    queue.put(1);
    queue.put(2);
  });
  std::thread poller([&] { polled = queue.try_take().value_or(0); });
  int sum = queue.take();
  poller.join();
  if (polled == 0) sum += queue.take();
  producer.join();
  assert(sum + polled == 3 && "each item once");
}
