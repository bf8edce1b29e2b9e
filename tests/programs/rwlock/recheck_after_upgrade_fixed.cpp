// expect: pass complete
// The read lock is released before the write lock is taken, and the condition is checked again under it.
#include <cassert>
#include <mutex>
#include <shared_mutex>
#include <thread>

std::shared_mutex m;
int value;

void initialise() {
  {
    std::shared_lock lock(m);
    if (value != 0) return;
  }
  std::unique_lock lock(m);
  if (value == 0) ++value;
}

int main() {
  std::thread a(initialise);
  initialise();
  a.join();
  assert(value == 1);
}
