// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// Mutual exclusion and progress of the lock on which the parking table stands.
#include <cassert>
#include <thread>

#include "lockstep/sync/short_lock.h"

int main() {
  lockstep::sync::internal::short_lock m;
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
