// Two reads of one atomic by one thread follow its modification order, relaxed or not.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> progress{0};
int first = 0, second = 0;

int main() {
  std::thread worker([] {
    progress.store(1, std::memory_order_relaxed);
    progress.store(2, std::memory_order_relaxed);
  });
  first = progress.load(std::memory_order_relaxed);
  second = progress.load(std::memory_order_relaxed);
  worker.join();
  assert(first <= second && "progress does not go back");
}
