// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// Each permit goes to one thread, none is lost, and what was done before the release is seen after the acquire.
#include <cassert>
#include <thread>

#include "lockstep/sync/semaphore.h"

int main() {
  lockstep::sync::semaphore s(0);
  int data[2] = {};
  std::thread giver([&] {
    data[0] = 1;
    s.release();
    data[1] = 1;
    s.release();
  });
  std::thread taker([&] { s.acquire(); });
  s.acquire();
  assert(data[0] == 1);
  taker.join();
  giver.join();
  assert(data[1] == 1);
  assert(!s.try_acquire());
}
