// Store buffering in the guise of a lock.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> wants[2];
std::atomic<int> inside{0};

void enter(int me) {
  wants[me].store(true, std::memory_order_release);
  if (!wants[1 - me].load(std::memory_order_acquire)) {
    assert(inside.fetch_add(1, std::memory_order_relaxed) == 0 && "alone in the critical section");
    inside.fetch_sub(1, std::memory_order_relaxed);
  }
  wants[me].store(false, std::memory_order_release);
}

int main() {
  std::thread other(enter, 0);
  enter(1);
  other.join();
}
