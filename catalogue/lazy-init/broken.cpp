// Check and set of a plain pointer from two threads.
#include <cassert>
#include <thread>

struct Cache {
  int size = 8;
};

Cache* cache = nullptr;

Cache& get() {
  if (cache == nullptr) cache = new Cache;
  return *cache;
}

int main() {
  std::thread other(get);
  get();
  other.join();
  assert(cache->size == 8);
  delete cache;
}
