// The exchange sets it and says what was there before.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> taken{false};
std::atomic<int> winners{0};

void claim() {
  if (!taken.exchange(true)) ++winners;
}

int main() {
  std::thread other(claim);
  claim();
  other.join();
  assert(winners == 1 && "one of them has it");
}
