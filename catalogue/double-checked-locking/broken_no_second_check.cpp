// "Double" is there for a reason: two threads can both find nothing and queue up at the lock.
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

struct Settings {
  int timeout = 30;
};

std::mutex mutex;
std::atomic<Settings*> settings{nullptr};
std::atomic<int> made{0};

Settings* get() {
  if (settings.load(std::memory_order_acquire) == nullptr) {
    std::lock_guard lock(mutex);
    ++made;
    settings.store(new Settings, std::memory_order_release);  // perhaps over another one, which is lost
  }
  return settings.load(std::memory_order_acquire);
}

int main() {
  std::thread other(get);
  get();
  other.join();
  assert(made == 1 && "made once");
  delete settings.load();
}
