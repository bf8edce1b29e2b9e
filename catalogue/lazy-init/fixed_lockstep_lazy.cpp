// lazy<T> is made by the first who asks; the others wait, with a deadline or a stop_token if they want one.
#include <lockstep/sync/once.h>

#include <atomic>
#include <cassert>
#include <thread>

struct Cache {
  static inline std::atomic<int> made{0};
  int size = 8;
  Cache() { ++made; }
};

lockstep::sync::lazy cache([] { return Cache(); });

int main() {
  std::thread other([] { assert(cache->size == 8); });
  assert(cache->size == 8);
  other.join();
  assert(Cache::made == 1 && "initialised once");
}
