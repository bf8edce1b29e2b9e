// With the fences either the owner sees the thief's top or the thief sees the owner's bottom.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> top{0}, bottom{2};  // tasks 0 and 1 are in
std::atomic<int> runs[2];

void run(int task) { assert(runs[task].fetch_add(1, std::memory_order_relaxed) == 0 && "a task runs once"); }

void take() {
  const int b = bottom.load(std::memory_order_relaxed) - 1;
  bottom.store(b, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  int t = top.load(std::memory_order_relaxed);
  if (t < b) return run(b);
  if (t == b && top.compare_exchange_strong(t, t + 1)) run(b);
  bottom.store(b + 1, std::memory_order_relaxed);
}

void steal() {
  int t = top.load(std::memory_order_acquire);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  const int b = bottom.load(std::memory_order_acquire);
  if (t < b && top.compare_exchange_strong(t, t + 1)) run(t);
}

int main() {
  std::thread thief([] {
    steal();
    steal();
  });
  take();
  thief.join();
}
