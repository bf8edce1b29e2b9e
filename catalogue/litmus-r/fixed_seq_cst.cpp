// In the total order y = 1 lies before y = 2, so x = 1 lies before the load of x.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};
int seen = 0;  // of x

int main() {
  std::thread other([] {
    x.store(1);
    y.store(1);
  });
  y.store(2);
  seen = x.load();
  other.join();
  assert(!(y == 2 && seen == 0) && "whoever overwrote y = 1 sees x");
}
