// Permit, then mutex: while somebody waits for a place or an item, the queue is free for the others.
#include <cassert>
#include <mutex>
#include <queue>
#include <semaphore>
#include <thread>

std::counting_semaphore<> places{1}, items{0};
std::mutex mutex;
std::queue<int> queue;

void put(int item) {
  places.acquire();
  {
    std::lock_guard lock(mutex);
    queue.push(item);
  }
  items.release();
}

int take() {
  items.acquire();
  int item = 0;
  {
    std::lock_guard lock(mutex);
    item = queue.front();
    queue.pop();
  }
  places.release();
  return item;
}

int main() {
  put(1);
  std::thread producer(put, 2);
  assert(take() == 1);
  assert(take() == 2);
  producer.join();
}
