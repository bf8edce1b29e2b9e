// Now the pointer itself is no race. But relaxed orders nothing else: the pointer may be seen before what it points to.
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

struct Settings {
  int timeout = 30;
};

std::mutex mutex;
std::atomic<Settings*> settings{nullptr};

Settings* get() {
  Settings* s = settings.load(std::memory_order_relaxed);
  if (s == nullptr) {
    std::lock_guard lock(mutex);
    s = settings.load(std::memory_order_relaxed);
    if (s == nullptr) {
      s = new Settings;
      settings.store(s, std::memory_order_relaxed);
    }
  }
  return s;
}

int main() {
  std::thread other([] { assert(get()->timeout == 30); });
  assert(get()->timeout == 30);
  other.join();
  delete settings.load();
}
