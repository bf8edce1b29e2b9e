// expect: pass complete
// flags: -O0
// compilers: gcc clang
// A function-local static is initialised once, and everybody waits for it.
#include <cassert>
#include <thread>

struct Settings {
  int level;
  Settings() : level(3) {}
};

int constructed;

Settings& settings() {
  static Settings s = [] {
    ++constructed;
    return Settings();
  }();
  return s;
}

int main() {
  std::thread t([] { assert(settings().level == 3); });
  assert(settings().level == 3);
  t.join();
  assert(constructed == 1);
}
