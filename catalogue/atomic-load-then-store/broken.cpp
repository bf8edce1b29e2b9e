// Both operations are atomic. The expression is not.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> i{0};

void next() { i = i + 1; }

int main() {
  std::thread other(next);
  next();
  other.join();
  assert(i == 2 && "two increments");
}
