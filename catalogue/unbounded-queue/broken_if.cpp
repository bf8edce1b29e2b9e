// A wakeup says that it was worth looking, not that the item is still there: a consumer that never slept took it.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable not_empty;
int items = 0;  // how many are in the queue

void put() {
  std::lock_guard lock(mutex);
  ++items;
  not_empty.notify_all();
}

void take() {
  std::unique_lock lock(mutex);
  if (items == 0) not_empty.wait(lock);
  --items;
  assert(items >= 0 && "took what was there");
}

int main() {
  std::thread first(take), second(take);
  put();
  put();
  first.join();
  second.join();
}
