// expect: fail kind=leak
// Atomic pointer, but no second check under the lock: two instances, the first of them leaked.
#include <atomic>
#include <mutex>
#include <thread>

struct Settings {
  int level = 3;
};
std::atomic<Settings*> instance{nullptr};
std::mutex m;

void create() {
  if (instance.load(std::memory_order_acquire) == nullptr) {
    std::lock_guard lock(m);
    instance.store(new Settings, std::memory_order_release);
  }
}

int main() {
  std::thread t(create);
  create();
  t.join();
  delete instance.load();
}
