// expect: fail kind=assertion pattern=check-then-act
// A cache with a lock round each step: two threads miss and both compute.
#include <cassert>
#include <map>
#include <mutex>
#include <thread>

std::mutex m;
std::map<int, int> cache;
int computed;

int lookup(int key) {
  {
    std::lock_guard lock(m);
    auto it = cache.find(key);
    if (it != cache.end()) return it->second;
  }
  std::lock_guard lock(m);
  ++computed;
  return cache[key] = key * 2;
}

int main() {
  std::thread t([] { lookup(1); });
  lookup(1);
  t.join();
  assert(computed == 1);
}
