// A bounded queue whose producers and consumers sleep on the same condition variable. notify_one wakes any sleeper, so
// a consumer that made room can wake another consumer; that one finds the queue empty and goes back to sleep, and the
// producer who could have used the room is never told: a lost wakeup, after which everybody waits.
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
    changed_.wait(lock, [this] { return items_.size() < capacity_; });
    items_.push_back(item);
    changed_.notify_one();
  }

  int take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !items_.empty(); });
    int item = items_.front();
    items_.pop_front();
    changed_.notify_one();
    return item;
  }

 private:
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<int> items_;
};

// The fewest that hang: room for one item, a producer of two, and two consumers of one each.
int main() {
  BoundedQueue queue(1);
  std::thread consumer_1([&] { queue.take(); });
  std::thread consumer_2([&] { queue.take(); });
  queue.put(1);
  queue.put(2);
  consumer_1.join();
  consumer_2.join();
}
