// expect: pass
// tags: spin
// Backing off by different times: one of them finds both free.
#include <chrono>
#include <mutex>
#include <thread>

std::mutex a, b;

void move(std::mutex& first, std::mutex& second, int back_off) {
  for (;;) {
    first.lock();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (second.try_lock()) break;
    first.unlock();
    std::this_thread::sleep_for(std::chrono::milliseconds(back_off));
  }
  second.unlock();
  first.unlock();
}

int main() {
  std::thread x(move, std::ref(a), std::ref(b), 10), y(move, std::ref(b), std::ref(a), 50);
  x.join();
  y.join();
}
