// One operation: the second one reads what the first one wrote.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> i{0};

void next() { i++; }

int main() {
  std::thread other(next);
  next();
  other.join();
  assert(i == 2 && "two increments");
}
