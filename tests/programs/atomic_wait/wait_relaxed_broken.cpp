// expect: fail kind=data-race
// Waiting with memory_order_relaxed: the thread wakes up, but nothing is ordered.
#include <atomic>
#include <thread>

std::atomic<int> ready{0};
int data;

int main() {
  std::thread t([] {
    data = 5;
    ready.store(1);
    ready.notify_one();
  });
  ready.wait(0, std::memory_order_relaxed);
  int seen = data;
  t.join();
  return seen > 5;
}
