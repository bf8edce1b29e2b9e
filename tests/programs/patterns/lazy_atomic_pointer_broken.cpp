// expect: fail kind=assertion pattern=lazy-init object=pool
// Atomic, but checked and set in two steps: two pools are made.
#include <atomic>
#include <cassert>
#include <thread>

struct Pool {};
std::atomic<int> made{0};
std::atomic<Pool*> pool{nullptr};
Pool storage[2];

Pool* get() {
  Pool* p = pool.load();
  if (p == nullptr) {
    p = &storage[made++];
    pool.store(p);
  }
  return p;
}

int main() {
  std::thread other(get);
  get();
  other.join();
  assert(made == 1);
}
