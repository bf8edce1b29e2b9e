// expect: fail kind=assertion
// The reader's second look at the sequence is not ordered after its reads of the data.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<unsigned> sequence{0};
std::atomic<int> a{0}, b{0};

int main() {
  std::thread writer([] {
    sequence.store(1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    a.store(1, std::memory_order_relaxed);
    b.store(1, std::memory_order_relaxed);
    sequence.store(2, std::memory_order_release);
  });
  unsigned before = sequence.load(std::memory_order_acquire);
  int x = a.load(std::memory_order_relaxed);
  int y = b.load(std::memory_order_relaxed);
  unsigned after = sequence.load(std::memory_order_acquire);
  if (before == after && before % 2 == 0) assert(x == y);
  writer.join();
}
