// expect: pass
// flags: -O2
// compilers: gcc clang
// A seqlock with atomic relaxed data and fences; the reader tries once and drops what it read when a writer was there.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<unsigned> sequence{0};
std::atomic<int> a{0}, b{0};

int main() {
  std::thread writer([] {
    unsigned s = sequence.load(std::memory_order_relaxed);
    sequence.store(s + 1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    a.store(1, std::memory_order_relaxed);
    b.store(1, std::memory_order_relaxed);
    sequence.store(s + 2, std::memory_order_release);
  });
  unsigned before = sequence.load(std::memory_order_acquire);
  int x = a.load(std::memory_order_relaxed);
  int y = b.load(std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_acquire);
  unsigned after = sequence.load(std::memory_order_relaxed);
  if (before == after && before % 2 == 0) assert(x == y);
  writer.join();
}
