// The condition is looked at under the lock, each time the thread wakes, and nothing comes between that and the act.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable not_empty;
int items = 0;

void consume() {
  std::unique_lock lock(mutex);
  while (items == 0) not_empty.wait(lock);  // or: not_empty.wait(lock, [] { return items > 0; });
  assert(items > 0 && "there is an item to take");
  --items;
}

void produce() {
  const std::lock_guard lock(mutex);
  ++items;
  not_empty.notify_all();
}

int main() {
  std::thread a(consume), b(consume);
  produce();
  produce();
  a.join();
  b.join();
}
