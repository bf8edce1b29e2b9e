// Coherence is a promise about one variable. `total` counts first, `part` after it, and a reader sees the part alone.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> total{0}, part{0};
int seen_total = 0, seen_part = 0;

int main() {
  std::thread worker([] {
    total.store(1, std::memory_order_relaxed);
    part.store(1, std::memory_order_relaxed);
  });
  seen_part = part.load(std::memory_order_relaxed);
  seen_total = total.load(std::memory_order_relaxed);
  worker.join();
  assert(seen_part <= seen_total && "the part is not more than the whole");
}
