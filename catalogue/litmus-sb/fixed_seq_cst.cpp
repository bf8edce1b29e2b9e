// The default order: one total order of all four, so the later store's thread sees the earlier store.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, y{0};
int saw_x = 0, saw_y = 0;

int main() {
  std::thread other([] {
    x.store(1);
    saw_y = y.load();
  });
  y.store(1);
  saw_x = x.load();
  other.join();
  assert((saw_x == 1 || saw_y == 1) && "one of them sees the other");
}
