// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// Cancellation against hand-over: a stop that comes too late leaves the waiter with the mutex, one in time without it.
#include <cassert>
#include <stop_token>
#include <thread>

#include "lockstep/sync/mutex.h"

int main() {
  lockstep::sync::mutex m;
  std::stop_source stop;
  int n = 0;
  m.lock();
  bool got = false;
  std::thread waiter([&] {
    got = m.lock(stop.get_token());
    if (got) {
      ++n;
      m.unlock();
    }
  });
  stop.request_stop();
  m.unlock();
  waiter.join();
  assert(n == got);
  assert(m.try_lock());
  m.unlock();
}
