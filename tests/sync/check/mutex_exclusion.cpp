// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// Mutual exclusion and progress of mutex: three threads increment what it guards; the data race detector sees to the
// order.
#include <cassert>
#include <thread>

#include "lockstep/sync/mutex.h"

int main() {
  lockstep::sync::mutex m;
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
