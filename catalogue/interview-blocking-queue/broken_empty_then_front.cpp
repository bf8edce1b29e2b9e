// Each call is locked; between the two the other consumer takes the item.
#include <cassert>
#include <mutex>
#include <thread>

class Queue {
 public:
  void put() {
    std::lock_guard lock(mutex_);
    ++items_;
  }
  bool empty() {
    std::lock_guard lock(mutex_);
    return items_ == 0;
  }
  void pop() {
    std::lock_guard lock(mutex_);
    --items_;
    assert(items_ >= 0 && "there was an item");
  }

 private:
  std::mutex mutex_;
  int items_ = 0;  // how many are in the queue
};

Queue queue;

void drain() {
  while (!queue.empty()) queue.pop();
}

int main() {
  queue.put();
  std::thread other(drain);
  drain();
  other.join();
}
