// expect: pass
// compilers: gcc clang
// A single-producer single-consumer ring of two slots; a full or empty ring is not waited for.
#include <atomic>
#include <cassert>
#include <thread>

int slots[2];
std::atomic<unsigned> written{0}, read_count{0};

bool push(int v) {
  unsigned w = written.load(std::memory_order_relaxed);
  if (w - read_count.load(std::memory_order_acquire) == 2) return false;
  slots[w % 2] = v;
  written.store(w + 1, std::memory_order_release);
  return true;
}

bool pop(int& v) {
  unsigned r = read_count.load(std::memory_order_relaxed);
  if (written.load(std::memory_order_acquire) == r) return false;
  v = slots[r % 2];
  read_count.store(r + 1, std::memory_order_release);
  return true;
}

int main() {
  std::thread producer([] {
    for (int i = 1; i <= 3; ++i) push(i);
  });
  int last = 0;
  for (int i = 0; i < 2; ++i) {
    int v;
    if (pop(v)) {
      assert(v == last + 1);
      last = v;
    }
  }
  producer.join();
}
