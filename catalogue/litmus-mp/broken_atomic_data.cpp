// "Make everything atomic": no undefined behaviour any more, and the reader still sees the flag and old data.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> data{0};
std::atomic<bool> ready{false};
int seen = -1;  // of the data; -1: the flag was not seen

int main() {
  std::thread producer([] {
    data.store(42, std::memory_order_relaxed);
    ready.store(true, std::memory_order_relaxed);
  });
  if (ready.load(std::memory_order_relaxed)) seen = data.load(std::memory_order_relaxed);
  producer.join();
  assert((seen == -1 || seen == 42) && "who sees the flag sees the data");
}
