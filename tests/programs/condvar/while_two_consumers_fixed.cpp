// expect: pass
// compilers: gcc clang
// The same with `while`.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable cv;
int items;

void consume() {
  std::unique_lock lock(m);
  while (items == 0) cv.wait(lock);
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
