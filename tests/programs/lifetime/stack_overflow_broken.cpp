// expect: fail kind=crash
// Recursion without end when the other thread has cleared the limit.
#include <atomic>
#include <thread>

std::atomic<int> limit{3};

int depth(int n) {
  volatile char frame[4096];
  frame[0] = static_cast<char>(n);
  if (n == limit.load(std::memory_order_relaxed)) return frame[0];
  return depth(n + 1) + frame[0];
}

int main() {
  std::thread t([] { limit = -1; });
  int d = depth(0);
  t.join();
  return d < 0;
}
