// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// One of two arrives and leaves for good: the phase ends, and the next one is for the other alone.
#include <cassert>
#include <thread>

#include "lockstep/sync/barrier.h"

int main() {
  lockstep::sync::barrier meet(2);
  int data = 0;
  std::thread leaving([&] {
    data = 1;
    meet.arrive_and_drop();
  });
  meet.arrive_and_wait();
  assert(data == 1);
  meet.arrive_and_wait();
  leaving.join();
}
