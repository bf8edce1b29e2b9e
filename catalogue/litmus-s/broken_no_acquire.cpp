// Half a pair orders nothing: the load of the flag is relaxed.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x{0}, flag{0};
int seen = 0;  // the flag

int main() {
  std::thread other([] {
    x.store(2, std::memory_order_relaxed);
    flag.store(1, std::memory_order_release);
  });
  if (flag.load(std::memory_order_relaxed) == 1) {
    seen = 1;
    x.store(1, std::memory_order_relaxed);
  }
  other.join();
  assert((seen == 0 || x == 1) && "the later write is last");
}
