// expect: fail kind=data-race
// tags: spin
// Peterson's lock with acquire/release only: the flag store may be overtaken by the load of the other's flag.
#include <atomic>
#include <thread>

std::atomic<bool> interested[2];
std::atomic<int> turn{0};
int counter;

void enter_and_count(int me) {
  int other = 1 - me;
  interested[me].store(true, std::memory_order_release);
  turn.store(other, std::memory_order_release);
  while (interested[other].load(std::memory_order_acquire) && turn.load(std::memory_order_acquire) == other) {
  }
  ++counter;
  interested[me].store(false, std::memory_order_release);
}

int main() {
  std::thread a(enter_and_count, 0);
  enter_and_count(1);
  a.join();
}
