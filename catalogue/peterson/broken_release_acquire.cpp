// The proof is right, and the machine that it is about is not this one.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> wants[2];
std::atomic<int> turn{0};
std::atomic<int> inside{0};

void enter(int me) {
  wants[me].store(true, std::memory_order_release);
  turn.store(1 - me, std::memory_order_release);
  while (wants[1 - me].load(std::memory_order_acquire) && turn.load(std::memory_order_acquire) == 1 - me) {
  }
  assert(inside.fetch_add(1, std::memory_order_relaxed) == 0 && "alone in the critical section");
  inside.fetch_sub(1, std::memory_order_relaxed);
  wants[me].store(false, std::memory_order_release);
}

int main() {
  std::thread other(enter, 0);
  enter(1);
  other.join();
}
