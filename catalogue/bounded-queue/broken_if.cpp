// The waiting producer is woken, and before it gets the mutex another producer has filled the place.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

constexpr int kCapacity = 1;
std::mutex mutex;
std::condition_variable not_full, not_empty;
int items = 0;  // how many are in the queue

void put() {
  std::unique_lock lock(mutex);
  if (items == kCapacity) not_full.wait(lock);
  ++items;
  assert(items <= kCapacity && "there was a free place");
  not_empty.notify_one();
}

void take() {
  std::unique_lock lock(mutex);
  not_empty.wait(lock, [] { return items > 0; });
  --items;
  not_full.notify_one();
}

int main() {
  put();
  std::thread waits(put), comes_late(put);
  take();
  take();
  waits.join();
  comes_late.join();
}
