// expect: pass complete
// A relaxed flag with __tsan_release and __tsan_acquire on both sides.
#include <atomic>
#include <thread>

extern "C" {
void __tsan_acquire(void* address);
void __tsan_release(void* address);
}

int data;
std::atomic<int> flag{0};

int main() {
  std::thread t([] {
    data = 1;
    __tsan_release(&flag);
    flag.store(1, std::memory_order_relaxed);
  });
  int seen = 1;
  if (flag.load(std::memory_order_relaxed) == 1) {
    __tsan_acquire(&flag);
    seen = data;
  }
  t.join();
  return seen == 1 ? 0 : 1;
}
