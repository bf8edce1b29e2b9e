// Acquire on the last load keeps what follows behind it. The data was read before it, and may be read after it.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<unsigned> sequence{0};
std::atomic<int> low{0}, high{0};

void update(int value) {
  const unsigned s = sequence.load(std::memory_order_relaxed);
  sequence.store(s + 1, std::memory_order_release);  // orders nothing that comes after it
  low.store(value, std::memory_order_relaxed);
  high.store(value, std::memory_order_relaxed);
  sequence.store(s + 2, std::memory_order_release);
}

int main() {
  std::thread writer(update, 1);
  const unsigned before = sequence.load(std::memory_order_acquire);
  const int a = low.load(std::memory_order_relaxed);
  const int b = high.load(std::memory_order_relaxed);
  const unsigned after = sequence.load(std::memory_order_acquire);
  if (before % 2 == 0 && before == after) assert(a == b && "both halves are of one update");
  writer.join();
}
