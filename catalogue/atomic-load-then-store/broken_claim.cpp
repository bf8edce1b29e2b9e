// Both threads may see false before either stores true.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> taken{false};
std::atomic<int> winners{0};

void claim() {
  if (!taken) {
    taken = true;
    ++winners;
  }
}

int main() {
  std::thread other(claim);
  claim();
  other.join();
  assert(winners == 1 && "one of them has it");
}
