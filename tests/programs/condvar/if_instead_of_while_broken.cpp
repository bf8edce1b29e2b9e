// expect: fail kind=assertion
// flags: -O2
// `if` instead of `while`: between the notification and the wakeup another consumer takes the item.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable cv;
int items;

void consume() {
  std::unique_lock lock(m);
  if (items == 0) cv.wait(lock);
  assert(items > 0);
  --items;
}

void produce() {
  std::lock_guard lock(m);
  ++items;
  cv.notify_one();
}

int main() {
  std::thread a(consume);
  std::thread b(consume);
  produce();
  produce();
  a.join();
  b.join();
}
