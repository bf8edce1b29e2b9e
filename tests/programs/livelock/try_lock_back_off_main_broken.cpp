// expect: fail kind=livelock
// tags: spin
// Opposite orders, but the second mutex is tried: on failure the first is released, yielded, retried. That cannot
// deadlock, but nothing ends it either while the two keep in step.
#include <mutex>
#include <thread>

std::mutex a, b;
int value;

void both(std::mutex& first, std::mutex& second) {
  for (;;) {
    std::unique_lock one(first);
    if (second.try_lock()) {
      ++value;
      second.unlock();
      return;
    }
    one.unlock();
    std::this_thread::yield();
  }
}

int main() {
  std::thread t([] { both(a, b); });
  both(b, a);
  t.join();
}
