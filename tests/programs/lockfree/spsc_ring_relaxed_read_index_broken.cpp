// expect: fail kind=data-race
// The consumer frees the slot with a relaxed store: the producer may overwrite it while it is being read.
#include <atomic>
#include <thread>

int slots[1];
std::atomic<unsigned> written{0}, read_count{0};

bool push(int v) {
  unsigned w = written.load(std::memory_order_relaxed);
  if (w - read_count.load(std::memory_order_acquire) == 1) return false;
  slots[0] = v;
  written.store(w + 1, std::memory_order_release);
  return true;
}

int main() {
  std::thread producer([] {
    push(1);
    push(2);
  });
  int seen = 0;
  if (written.load(std::memory_order_acquire) == 1) {
    seen = slots[0];
    read_count.store(1, std::memory_order_relaxed);
  }
  producer.join();
  return seen > 2;
}
