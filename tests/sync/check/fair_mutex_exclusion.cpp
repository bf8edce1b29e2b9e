// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// Mutual exclusion of fair_mutex, and its order: who was queued first is in first.
#include <cassert>
#include <thread>

#include "lockstep/sync/fair_mutex.h"

int main() {
  lockstep::sync::fair_mutex m;
  int n = 0;
  auto increment = [&] {
    m.lock();
    ++n;
    m.unlock();
  };
  std::thread a(increment), b(increment);
  increment();
  a.join();
  b.join();
  assert(n == 3);
}
