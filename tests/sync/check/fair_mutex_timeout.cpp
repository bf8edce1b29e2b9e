// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// Timeout against hand-over: a mutex handed to a waiter that is about to give up is not lost.
#include <cassert>
#include <chrono>
#include <thread>

#include "lockstep/sync/fair_mutex.h"

int main() {
  lockstep::sync::fair_mutex m;
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
  m.unlock();
  m.lock();
  ++n;
  m.unlock();
  hasty.join();
  assert(n == 1 + got);
  assert(m.try_lock());
  m.unlock();
}
