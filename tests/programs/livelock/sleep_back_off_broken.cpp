// expect: fail kind=livelock
// tags: spin
// Backing off by the same time keeps the two in step.
#include <chrono>
#include <mutex>
#include <thread>

std::mutex a, b;

void move(std::mutex& first, std::mutex& second) {
  for (;;) {
    first.lock();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (second.try_lock()) break;
    first.unlock();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  second.unlock();
  first.unlock();
}

int main() {
  std::thread x(move, std::ref(a), std::ref(b)), y(move, std::ref(b), std::ref(a));
  x.join();
  y.join();
}
