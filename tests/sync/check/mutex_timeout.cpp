// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// Timeout against hand-over: a waiter that gives up leaves nothing behind, and one that is woken has the mutex.
#include <cassert>
#include <chrono>
#include <thread>

#include "lockstep/sync/mutex.h"

int main() {
  lockstep::sync::mutex m;
  int n = 0;
  m.lock();
  bool got = false;
  std::thread hasty([&] {
    got = m.try_lock_for(std::chrono::milliseconds(1));
    if (got) {
      ++n;
      m.unlock();
    }
  });
  ++n;
  m.unlock();
  hasty.join();
  assert(n == 1 + got);
  assert(m.try_lock());
  m.unlock();
}
