// An acquire load synchronises with a release store that it reads from. This store is none.
#include <atomic>
#include <cassert>
#include <thread>

int data = 0;
std::atomic<bool> ready{false};
int seen = -1;  // of the data; -1: the flag was not seen

int main() {
  std::thread producer([] {
    data = 42;
    ready.store(true, std::memory_order_relaxed);
  });
  if (ready.load(std::memory_order_acquire)) seen = data;
  producer.join();
  assert((seen == -1 || seen == 42) && "who sees the flag sees the data");
}
