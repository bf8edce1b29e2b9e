// expect: fail kind=data-race
// Double-checked locking with a relaxed atomic pointer: the pointer may be seen before what it points to.
#include <atomic>
#include <mutex>
#include <thread>

struct Settings {
  int level = 3;
};
std::atomic<Settings*> instance{nullptr};
std::mutex m;

int level() {
  Settings* p = instance.load(std::memory_order_relaxed);
  if (p == nullptr) {
    std::lock_guard lock(m);
    p = instance.load(std::memory_order_relaxed);
    if (p == nullptr) {
      p = new Settings;
      instance.store(p, std::memory_order_relaxed);
    }
  }
  return p->level;
}

int main() {
  std::thread t([] { level(); });
  int l = level();
  t.join();
  delete instance.load();
  return l == 3 ? 0 : 1;
}
