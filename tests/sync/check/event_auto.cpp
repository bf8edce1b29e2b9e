// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// Each set() of an auto reset event lets one through; a timeout against it takes the pulse or leaves it.
#include <cassert>
#include <chrono>
#include <thread>

#include "lockstep/sync/event.h"

int main() {
  lockstep::sync::auto_reset_event tick;
  int data = 0;
  bool got = false;
  std::thread waiter([&] {
    got = tick.wait_for(std::chrono::milliseconds(1));
    if (got) ++data;
  });
  std::thread setter([&] {
    data = 1;
    tick.set();
  });
  setter.join();
  waiter.join();
  assert(tick.try_wait() == !got);
  assert(data == 1 + got);
  assert(!tick.try_wait());
}
