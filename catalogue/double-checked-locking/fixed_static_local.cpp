// Since C++11 a static local variable is initialised once, and who comes meanwhile waits.
#include <atomic>
#include <cassert>
#include <thread>

struct Settings {
  static inline std::atomic<int> made{0};
  int timeout = 30;
  Settings() { ++made; }
};

Settings& get() {
  static Settings settings;
  return settings;
}

int main() {
  std::thread other([] { assert(get().timeout == 30); });
  assert(get().timeout == 30);
  other.join();
  assert(Settings::made == 1 && "made once");
}
