// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// Who comes through a latch sees what was done before each count_down; the latch may be destroyed then.
#include "lockstep/sync/latch.h"

#include <cassert>
#include <memory>
#include <thread>

int main() {
  auto done = std::make_unique<lockstep::sync::latch>(2);
  int a = 0;
  int b = 0;
  std::thread first([&, latch = done.get()] {
    a = 1;
    latch->count_down();
  });
  std::thread second([&, latch = done.get()] {
    b = 1;
    latch->count_down();
  });
  done->wait();
  done.reset();
  assert(a == 1 && b == 1);
  first.join();
  second.join();
}
