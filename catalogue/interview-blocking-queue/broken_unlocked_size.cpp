// "It only reads": size() looks at pointers that push changes.
#include <cassert>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>

class Queue {
 public:
  void put(int item) {
    std::lock_guard lock(mutex_);
    items_.push_back(item);
  }
  std::size_t size() { return items_.size(); }

 private:
  std::mutex mutex_;
  std::deque<int> items_;
};

Queue queue;

int main() {
  std::thread producer([] { queue.put(1); });
  assert(queue.size() <= 1);
  producer.join();
}
