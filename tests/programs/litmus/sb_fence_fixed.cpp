// expect: pass complete
// compilers: gcc clang
// Store buffering with relaxed accesses and a seq_cst fence between store and load in both threads.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};
int r1, r2;

int main() {
  std::thread a([] {
    x.store(1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    r1 = y.load(std::memory_order_relaxed);
  });
  y.store(1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  r2 = x.load(std::memory_order_relaxed);
  a.join();
  assert(r1 == 1 || r2 == 1);
}
