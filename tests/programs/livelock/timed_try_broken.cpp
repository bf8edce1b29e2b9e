// expect: fail kind=livelock
// tags: spin
// Both wait for the second mutex for the same time, give the first back and begin anew, at another time each round.
#include <chrono>
#include <mutex>
#include <thread>
std::timed_mutex a, b;
void worker(std::timed_mutex& first, std::timed_mutex& second) {
  for (;;) {
    std::unique_lock l1(first);
    if (second.try_lock_for(std::chrono::milliseconds(10))) {
      second.unlock();
      return;
    }
  }
}
int main() {
  std::thread x(worker, std::ref(a), std::ref(b)), y(worker, std::ref(b), std::ref(a));
  x.join();
  y.join();
}
