// Each may make one; the exchange decides whose is used. It needs release (publish mine) and acquire (use theirs).
#include <atomic>
#include <cassert>
#include <memory>
#include <thread>

struct Cache {
  int size = 8;
};

std::atomic<Cache*> cache{nullptr};

Cache& get() {
  if (Cache* there = cache.load(std::memory_order_acquire)) return *there;
  auto mine = std::make_unique<Cache>();
  Cache* there = nullptr;
  if (cache.compare_exchange_strong(there, mine.get(), std::memory_order_acq_rel, std::memory_order_acquire)) {
    return *mine.release();
  }
  return *there;  // mine is thrown away
}

int main() {
  Cache* seen = nullptr;
  std::thread other([&] { seen = &get(); });
  Cache& mine = get();
  other.join();
  assert(seen == &mine && "all use one object");
  delete cache.load();
}
