// The semaphore counts the items; a permit that was given early is still there.
#include <cassert>
#include <mutex>
#include <queue>
#include <semaphore>
#include <thread>

std::counting_semaphore<> items{0};
std::mutex mutex;
std::queue<int> queue;

void put(int item) {
  {
    std::lock_guard lock(mutex);
    queue.push(item);
  }
  items.release();
}

int take() {
  items.acquire();
  std::lock_guard lock(mutex);
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
