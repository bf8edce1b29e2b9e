// Checked under the lock, slept under the lock, and not under the same hold of it: the item comes in between.
#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>

std::mutex mutex;
std::condition_variable not_empty;
std::queue<int> queue;

void put(int item) {
  std::lock_guard lock(mutex);
  queue.push(item);
  not_empty.notify_one();
}

bool empty() {
  std::lock_guard lock(mutex);
  return queue.empty();
}

int take() {
  while (empty()) {
    std::unique_lock lock(mutex);
    not_empty.wait(lock);
  }
  std::lock_guard lock(mutex);
  int item = queue.front();
  queue.pop();
  return item;
}

int main() {
  std::thread producer(put, 1);
  take();
  producer.join();
}
