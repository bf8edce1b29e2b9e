// The bounded queue with a condition variable for each condition: room is announced to producers alone, items to
// consumers alone, so the one sleeper that notify_one wakes is always one who can go on.
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>

class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  void put(int item) {
    std::unique_lock lock(mutex_);
    not_full_.wait(lock, [this] { return items_.size() < capacity_; });
    items_.push_back(item);
    not_empty_.notify_one();
  }

  int take() {
    std::unique_lock lock(mutex_);
    not_empty_.wait(lock, [this] { return !items_.empty(); });
    int item = items_.front();
    items_.pop_front();
    not_full_.notify_one();
    return item;
  }

 private:
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable not_full_;
  std::condition_variable not_empty_;
  std::deque<int> items_;
};

int main() {
  BoundedQueue queue(1);
  std::thread consumer_1([&] { queue.take(); });
  std::thread consumer_2([&] { queue.take(); });
  queue.put(1);
  queue.put(2);
  consumer_1.join();
  consumer_2.join();
}
