// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// Timeout against hand-over: a permit given to a waiter that is about to give up is taken by it, or still there.
#include <cassert>
#include <chrono>
#include <thread>

#include "lockstep/sync/semaphore.h"

int main() {
  lockstep::sync::semaphore s(0);
  bool hasty_got = false;
  std::thread hasty([&] { hasty_got = s.try_acquire_for(std::chrono::milliseconds(1)); });
  std::thread patient([&] { s.acquire(); });
  s.release();
  s.release();
  patient.join();
  hasty.join();
  assert(s.try_acquire() == !hasty_got);
  assert(!s.try_acquire_for(std::chrono::milliseconds(1)));  // and the semaphore ends with nothing left behind
}
