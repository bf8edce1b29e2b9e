// The fence is what keeps the store before the load; acquire and release order the data inside.
#include <atomic>
#include <thread>

std::atomic<bool> wants[2];
int shared = 0;

void enter(int me) {
  wants[me].store(true, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (!wants[1 - me].load(std::memory_order_acquire)) ++shared;
  wants[me].store(false, std::memory_order_release);
}

int main() {
  std::thread other(enter, 0);
  enter(1);
  other.join();
}
