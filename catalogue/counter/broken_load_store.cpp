// Atomic, and yet two operations: what another thread counts in between is overwritten.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> hits{0};

void count() { hits = hits + 1; }

int main() {
  std::thread other(count);
  count();
  other.join();
  assert(hits == 2 && "both hits are counted");
}
