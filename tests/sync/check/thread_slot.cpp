// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// Threads alive at one time have different slots; what a thread wrote in its slot happens before what the slot's next
// owner does there.
#include "lockstep/sync/internal/thread_slot.h"

#include <cassert>
#include <thread>

int main() {
  int cell[3] = {};
  auto use = [&] { ++cell[lockstep::sync::internal::thread_slot()]; };
  std::thread a(use);
  std::thread b(use);
  a.join();
  b.join();
  assert(cell[0] + cell[1] == 2);
}
