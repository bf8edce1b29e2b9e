// expect: fail kind=data-race
// compilers: gcc clang
// A lazily created singleton without any synchronisation.
#include <thread>

struct Settings {
  int level = 3;
};
Settings* instance;

Settings& settings() {
  if (instance == nullptr) instance = new Settings;
  return *instance;
}

int main() {
  std::thread t([] { settings(); });
  settings();
  t.join();
  delete instance;
}
