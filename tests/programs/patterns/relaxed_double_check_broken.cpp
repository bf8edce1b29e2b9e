// expect: fail kind=data-race pattern=double-checked-locking object=instance
// Check, lock, check again: but the pointer is stored and loaded relaxed.
#include <atomic>
#include <mutex>
#include <thread>

struct Parser {
  int tables = 0;
};
std::mutex lock;
std::atomic<Parser*> instance{nullptr};
Parser storage;

Parser& get() {
  Parser* p = instance.load(std::memory_order_relaxed);
  if (!p) {
    std::lock_guard guard(lock);
    p = instance.load(std::memory_order_relaxed);
    if (!p) {
      storage.tables = 42;
      p = &storage;
      instance.store(p, std::memory_order_relaxed);
    }
  }
  return *p;
}

int main() {
  std::thread other([] { get(); });
  const bool right = get().tables == 42;
  other.join();
  return right ? 0 : 1;
}
