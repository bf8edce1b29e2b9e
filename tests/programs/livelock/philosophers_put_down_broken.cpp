// expect: fail kind=livelock
// tags: spin
// Three philosophers take the left forks, cannot have the right one, put the left one down, and all at the same time.
#include <mutex>
#include <thread>

std::mutex forks[3];

void dine(int me) {
  std::mutex& left = forks[me];
  std::mutex& right = forks[(me + 1) % 3];
  for (;;) {
    left.lock();
    if (right.try_lock()) break;
    left.unlock();
  }
  right.unlock();
  left.unlock();
}

int main() {
  std::thread a(dine, 0), b(dine, 1), c(dine, 2);
  a.join();
  b.join();
  c.join();
}
