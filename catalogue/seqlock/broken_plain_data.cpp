// "The reader checks the counter": the undefined behaviour was before that.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<unsigned> sequence{0};
int low = 0, high = 0;

void update(int value) {
  const unsigned s = sequence.load(std::memory_order_relaxed);
  sequence.store(s + 1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  low = value;
  high = value;
  sequence.store(s + 2, std::memory_order_release);
}

int main() {
  std::thread writer(update, 1);
  const unsigned before = sequence.load(std::memory_order_acquire);
  const int a = low, b = high;
  std::atomic_thread_fence(std::memory_order_acquire);
  if (before % 2 == 0 && before == sequence.load(std::memory_order_relaxed)) assert(a == b);
  writer.join();
}
