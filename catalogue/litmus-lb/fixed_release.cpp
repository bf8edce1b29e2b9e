// A release store stays behind the load before it, in every implementation of C++.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};
int saw_x = 0, saw_y = 0;

int main() {
  std::thread other([] {
    saw_x = x.load(std::memory_order_relaxed);
    y.store(1, std::memory_order_release);
  });
  saw_y = y.load(std::memory_order_relaxed);
  x.store(1, std::memory_order_release);
  other.join();
  assert((saw_x == 0 || saw_y == 0) && "somebody loaded first");
}
