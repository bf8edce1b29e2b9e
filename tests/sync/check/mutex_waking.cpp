// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// A thread that locks again at once may be quicker than the one that its unlock has woken; that one is woken again.
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
  std::thread other(increment);
  increment();
  increment();
  other.join();
  assert(n == 3);
}
