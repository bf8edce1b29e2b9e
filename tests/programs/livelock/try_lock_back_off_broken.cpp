// expect: fail kind=livelock
// tags: spin
// Each locks its own mutex first and gives it back if the other is taken: no deadlock, but in lockstep nobody ever has
// both.
#include <mutex>
#include <thread>

std::mutex a, b;
int transfers = 0;

void transfer(std::mutex& first, std::mutex& second) {
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
