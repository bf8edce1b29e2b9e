// Checked with --memory-model tso: the store waits in x86's store buffer while the load reads memory.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> a_is_here{false}, b_is_here{false};

int main() {
  bool a_saw_b = false, b_saw_a = false;
  std::thread a([&] {
    a_is_here.store(true, std::memory_order_release);
    a_saw_b = b_is_here.load(std::memory_order_acquire);
  });
  std::thread b([&] {
    b_is_here.store(true, std::memory_order_release);
    b_saw_a = a_is_here.load(std::memory_order_acquire);
  });
  a.join();
  b.join();
  assert((a_saw_b || b_saw_a) && "whoever comes second sees the first");
}
