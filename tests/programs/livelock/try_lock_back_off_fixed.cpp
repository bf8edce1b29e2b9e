// expect: pass
// tags: spin
// The same with one order for all: whoever has the first gets the second too.
#include <mutex>
#include <thread>

std::mutex a, b;
int transfers = 0;

void transfer(std::mutex& x, std::mutex& y) {
  std::mutex& first = &x < &y ? x : y;
  std::mutex& second = &x < &y ? y : x;
  for (;;) {
    first.lock();
    if (second.try_lock()) break;
    first.unlock();
    std::this_thread::yield();
  }
  ++transfers;
  second.unlock();
  first.unlock();
}

int main() {
  std::thread x(transfer, std::ref(a), std::ref(b)), y(transfer, std::ref(b), std::ref(a));
  x.join();
  y.join();
  return transfers == 2 ? 0 : 1;
}
