// One operation. Relaxed is enough for a count that nothing else hangs on; join() orders the last read.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> hits{0};

void count() {
  for (int i = 0; i < 2; ++i) hits.fetch_add(1, std::memory_order_relaxed);
}

int main() {
  std::thread other(count);
  count();
  other.join();
  assert(hits == 4);
}
