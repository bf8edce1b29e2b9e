// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// One thread is the owner, then two come at once: one of them takes the position, the other one takes it from that one.
// What the first owner wrote before its claim is seen by both.
#include <cassert>
#include <thread>

#include "claims.h"

int main() {
  lockstep::sync::internal::biased_index index;
  int written[3] = {};
  take(index, written);
  std::thread a([&] { take(index, written); });
  std::thread b([&] { take(index, written); });
  a.join();
  b.join();
  assert(index.load() == 3);
}
