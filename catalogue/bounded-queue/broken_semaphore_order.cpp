// Mutex, then permit. With the buffer full the producer sleeps for a place, and the consumer cannot make one.
#include <mutex>
#include <queue>
#include <semaphore>
#include <thread>

std::counting_semaphore<> places{1}, items{0};
std::mutex mutex;
std::queue<int> queue;

void put(int item) {
  std::lock_guard lock(mutex);
  places.acquire();
  queue.push(item);
  items.release();
}

void take() {
  std::lock_guard lock(mutex);
  items.acquire();
  queue.pop();
  places.release();
}

int main() {
  std::thread producer([] {
    put(1);
    put(2);
  });
  take();
  take();
  producer.join();
}
