// The compiler guards the initialisation: one thread makes it, the others wait for that.
#include <atomic>
#include <cassert>
#include <thread>

struct Cache {
  static inline std::atomic<int> made{0};
  int size = 8;
  Cache() { ++made; }
};

Cache& get() {
  static Cache cache;
  return cache;
}

int main() {
  std::thread other(get);
  assert(get().size == 8);
  other.join();
  assert(Cache::made == 1 && "initialised once");
}
