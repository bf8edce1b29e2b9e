// expect: fail kind=assertion
// Store buffering with a seq_cst fence in one thread only and an acq_rel fence, too weak, in the other.
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
  std::atomic_thread_fence(std::memory_order_acq_rel);
  r2 = x.load(std::memory_order_relaxed);
  a.join();
  assert(r1 == 1 || r2 == 1);
}
