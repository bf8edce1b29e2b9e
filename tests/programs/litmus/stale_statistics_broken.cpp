// expect: fail kind=assertion
// flags: -O2
// Two relaxed counters, `served` raised after `accepted`: a reader may see them in the other order.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<unsigned> accepted{0}, served{0};

int main() {
  std::thread server([] {
    accepted.fetch_add(1, std::memory_order_relaxed);
    served.fetch_add(1, std::memory_order_relaxed);
  });
  unsigned s = served.load(std::memory_order_relaxed);
  unsigned a = accepted.load(std::memory_order_relaxed);
  server.join();
  assert(s <= a);
}
