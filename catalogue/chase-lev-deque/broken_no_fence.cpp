// The owner's store of `bottom` may still be on its way when it reads `top`: it sees two tasks where one is left.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> top{0}, bottom{2};  // tasks 0 and 1 are in
std::atomic<int> runs[2];

void run(int task) { assert(runs[task].fetch_add(1, std::memory_order_relaxed) == 0 && "a task runs once"); }

void take() {
  const int b = bottom.load(std::memory_order_relaxed) - 1;
  bottom.store(b, std::memory_order_release);
  int t = top.load(std::memory_order_acquire);
  if (t < b) return run(b);
  if (t == b && top.compare_exchange_strong(t, t + 1)) run(b);
  bottom.store(b + 1, std::memory_order_relaxed);
}

void steal() {
  int t = top.load(std::memory_order_acquire);
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
