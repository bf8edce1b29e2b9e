// expect: fail kind=data-race pattern=double-checked-locking
// compilers: gcc clang
// Double-checked locking with a plain pointer: the first check is not synchronised.
#include <mutex>
#include <thread>

struct Settings {
  int level = 3;
};
Settings* instance;
std::mutex m;

int level() {
  if (instance == nullptr) {
    std::lock_guard lock(m);
    if (instance == nullptr) instance = new Settings;
  }
  return instance->level;
}

int main() {
  std::thread t([] { level(); });
  int l = level();
  t.join();
  delete instance;
  return l == 3 ? 0 : 1;
}
