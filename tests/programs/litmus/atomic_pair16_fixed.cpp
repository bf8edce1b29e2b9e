// expect: pass
// flags: -mcx16 -latomic
// A 16-byte atomic: the two halves are always seen together.
#include <atomic>
#include <cassert>
#include <thread>

struct alignas(16) Pair {
  long a, b;
};
std::atomic<Pair> pair{Pair{0, 0}};

int main() {
  std::thread writer([] { pair.store(Pair{1, 1}); });
  Pair p = pair.load();
  assert(p.a == p.b);
  writer.join();
}
