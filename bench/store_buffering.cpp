// The store-buffering litmus test, without a verdict: each thread stores to one variable and loads the other. It has
// few events and no bug, so that checking it measures what one execution costs.
#include <atomic>
#include <thread>

std::atomic<int> x = 0;
std::atomic<int> y = 0;
int seen_by_first = 0;
int seen_by_second = 0;

int main() {
  std::thread first([] {
    x.store(1, std::memory_order_relaxed);
    seen_by_first = y.load(std::memory_order_relaxed);
  });
  std::thread second([] {
    y.store(1, std::memory_order_relaxed);
    seen_by_second = x.load(std::memory_order_relaxed);
  });
  first.join();
  second.join();
}
