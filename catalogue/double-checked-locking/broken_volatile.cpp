// volatile keeps the compiler from leaving accesses out. It orders nothing between threads and makes nothing atomic.
#include <cassert>
#include <mutex>
#include <thread>

struct Settings {
  int timeout = 30;
};

std::mutex mutex;
Settings* volatile settings = nullptr;

Settings* get() {
  if (settings == nullptr) {
    std::lock_guard lock(mutex);
    if (settings == nullptr) settings = new Settings;
  }
  return settings;
}

int main() {
  std::thread other([] { assert(get()->timeout == 30); });
  assert(get()->timeout == 30);
  other.join();
  delete settings;
}
