// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// A wait that is stopped against the count_down that would end it: it ends, and says true only if the latch is open.
#include <cassert>
#include <stop_token>
#include <thread>

#include "lockstep/sync/latch.h"

int main() {
  lockstep::sync::latch latch(1);
  std::stop_source stop;
  int data = 0;
  std::thread waiter([&] {
    if (latch.wait(stop.get_token())) assert(data == 1);
  });
  stop.request_stop();
  data = 1;
  latch.count_down();
  waiter.join();
}
