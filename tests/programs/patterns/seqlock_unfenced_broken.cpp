// expect: fail kind=assertion pattern=torn-access object=position.x
// The second look at the version may come before the reads that it is to vouch for.
// fixed: pass
#include <atomic>
#include <cassert>
#include <thread>

struct Position {
  std::atomic<int> x{0}, y{0};
} position;
std::atomic<unsigned> version{0};

void move_to(int x, int y) {
  version.store(1, std::memory_order_relaxed);
  position.x.store(x, std::memory_order_relaxed);
  position.y.store(y, std::memory_order_relaxed);
  version.store(2, std::memory_order_release);
}

int main() {
  std::thread mover(move_to, 1, 1);
  const unsigned before = version.load(std::memory_order_acquire);
  const int x = position.x.load(std::memory_order_relaxed);
  const int y = position.y.load(std::memory_order_relaxed);
  const unsigned after = version.load(std::memory_order_relaxed);
  if (before == after && before != 1) assert(x == y);
  mover.join();
}
