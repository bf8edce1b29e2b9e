// A condition variable is no mailbox: who comes after the notification sleeps for ever.
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

int take() {
  std::unique_lock lock(mutex);
  not_empty.wait(lock);  // whether or not there is something already
  int item = queue.front();
  queue.pop();
  return item;
}

int main() {
  std::thread producer(put, 1);
  take();
  producer.join();
}
