// Two consumers, one item. Who is woken acts on what it saw before it slept; meanwhile the other one was there.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable not_empty;
int items = 0;

void consume() {
  std::unique_lock lock(mutex);
  if (items == 0) not_empty.wait(lock);  // woken: but is there still an item?
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
