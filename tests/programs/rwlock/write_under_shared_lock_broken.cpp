// expect: fail kind=data-race
// compilers: gcc clang
// A "cache hit" counter is incremented under a shared lock, by two readers at once.
#include <shared_mutex>
#include <thread>

std::shared_mutex m;
int hits;

void lookup() {
  std::shared_lock lock(m);
  ++hits;
}

int main() {
  std::thread a(lookup);
  lookup();
  a.join();
}
