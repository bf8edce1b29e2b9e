// No blocking at all: kant tries for both forks, and each time the neighbour on one side has one.
#include <mutex>
#include <thread>

std::mutex forks[2];

void dine_with_one(int fork) {
  for (;;) {
    forks[fork].lock();
    std::this_thread::yield();
    forks[fork].unlock();
  }
}

void dine_with_both() {
  for (;;) {
    if (std::try_lock(forks[0], forks[1]) == -1) break;  // it got both
    std::this_thread::yield();
  }
  forks[0].unlock();
  forks[1].unlock();
}

int main() {
  std::thread plato(dine_with_one, 0), kant(dine_with_both), hume(dine_with_one, 1);
  plato.join();
  kant.join();
  hume.join();
}
