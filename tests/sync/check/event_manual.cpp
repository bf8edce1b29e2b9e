// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// A manual event lets all through, once and for all, and shows what was done before; a reset behind set() leaves nobody
// behind.
#include <cassert>
#include <thread>

#include "lockstep/check.h"
#include "lockstep/sync/event.h"

int main() {
  bool reset = lockstep_choose(2) == 1;
  lockstep::sync::event ready;
  lockstep::sync::event arrived;
  int data = 0;
  std::thread waiter([&] {
    if (reset) {
      // May see the event set, or be let through as one that waits, or come after the reset.
      if (ready.wait_for(std::chrono::milliseconds(1))) assert(data == 1);
    } else {
      ready.wait();
      assert(data == 1);
    }
    arrived.set();
  });
  data = 1;
  ready.set();
  if (reset) ready.reset();
  if (!reset) ready.wait();
  arrived.wait();
  waiter.join();
}
