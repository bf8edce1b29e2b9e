// The predicate is looked at under the mutex, again after each wakeup.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>

std::mutex mutex;
std::condition_variable not_empty;
std::queue<int> queue;

void put(int item) {
  {
    std::lock_guard lock(mutex);
    queue.push(item);
  }
  not_empty.notify_one();
}

int take() {
  std::unique_lock lock(mutex);
  not_empty.wait(lock, [] { return !queue.empty(); });
  int item = queue.front();
  queue.pop();
  return item;
}

int main() {
  std::thread producer([] {
    put(1);
    put(2);
  });
  assert(take() == 1);
  assert(take() == 2);
  producer.join();
}
