// The last of the four stores in the total order is somebody's second one.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};

int main() {
  std::thread other([] {
    x.store(1);
    y.store(2);
  });
  y.store(1);
  x.store(2);
  other.join();
  assert(!(x == 1 && y == 1) && "somebody's second write is last");
}
