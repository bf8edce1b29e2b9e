// A counter that orders nothing else needs no more than relaxed.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> hits{0};

void hit() { hits.fetch_add(1, std::memory_order_relaxed); }

int main() {
  std::thread other(hit);
  hit();
  other.join();
  assert(hits == 2 && "every hit counts");
}
