// expect: fail kind=assertion pattern=check-then-act
// The same without the second check: both threads initialise.
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
  ++value;
}

int main() {
  std::thread a(initialise);
  initialise();
  a.join();
  assert(value == 1);
}
