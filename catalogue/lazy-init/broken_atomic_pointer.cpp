// The pointer is atomic, and the check and the store are still two steps.
#include <atomic>
#include <cassert>
#include <thread>

struct Cache {
  int size = 8;
};

std::atomic<Cache*> cache{nullptr};
std::atomic<int> made{0};

Cache& get() {
  if (cache.load() == nullptr) {
    ++made;
    cache.store(new Cache);
  }
  return *cache.load();
}

int main() {
  std::thread other(get);
  get();
  other.join();
  assert(made == 1 && "initialised once");
  delete cache.load();
}
