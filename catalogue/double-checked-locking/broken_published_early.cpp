// A release store publishes what was written before it. Here the object is filled after it.
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

struct Settings {
  int timeout = 0;
  void read_file() { timeout = 30; }
};

std::mutex mutex;
std::atomic<Settings*> settings{nullptr};

Settings* get() {
  Settings* s = settings.load(std::memory_order_acquire);
  if (s == nullptr) {
    std::lock_guard lock(mutex);
    s = settings.load(std::memory_order_relaxed);
    if (s == nullptr) {
      s = new Settings;
      settings.store(s, std::memory_order_release);
      s->read_file();  // too late: others have the pointer
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
