// Two consumers, one item: both find that the queue is not empty, one of them waits for ever.
#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>

class Queue {
 public:
  void put(int item) {
    std::lock_guard lock(mutex_);
    items_.push(item);
    not_empty_.notify_one();
  }
  bool empty() {
    std::lock_guard lock(mutex_);
    return items_.empty();
  }
  int take() {
    std::unique_lock lock(mutex_);
    not_empty_.wait(lock, [this] { return !items_.empty(); });
    const int item = items_.front();
    items_.pop();
    return item;
  }

 private:
  std::mutex mutex_;
  std::condition_variable not_empty_;
  std::queue<int> items_;
};

Queue queue;

void drain() {
  while (!queue.empty()) queue.take();
}

int main() {
  queue.put(1);
  std::thread other(drain);
  drain();
  other.join();
}
