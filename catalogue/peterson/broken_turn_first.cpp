// After you, then my flag: the other one sees no flag, goes in, and finds that it is not held back either.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> wants[2];
std::atomic<int> turn{0};
std::atomic<int> inside{0};

void enter(int me) {
  turn = 1 - me;
  wants[me] = true;
  while (wants[1 - me] && turn == 1 - me) {
  }
  assert(inside.fetch_add(1, std::memory_order_relaxed) == 0 && "alone in the critical section");
  inside.fetch_sub(1, std::memory_order_relaxed);
  wants[me] = false;
}

int main() {
  std::thread other(enter, 0);
  enter(1);
  other.join();
}
