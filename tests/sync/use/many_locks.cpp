// expect: pass complete
// options: --mode exhaustive --executions 100
// flags: -llockstep_sync
// As cheap to explore as with std::mutex: 26 executions, not a million.
#include <mutex>
#include <thread>

#include "lockstep/sync/mutex.h"

lockstep::sync::mutex a, b;
int x, y;

void work() {
  for (int i = 0; i < 2; ++i) {
    {
      std::lock_guard lock(a);
      ++x;
    }
    std::lock_guard lock(b);
    ++y;
  }
}

int main() {
  std::thread one(work), two(work);
  one.join();
  two.join();
}
