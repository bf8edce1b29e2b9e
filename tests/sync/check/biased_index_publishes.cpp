// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// What an owner wrote before its claim is seen by who claims behind it, having taken the position, and by who finds the
// position moved.
#include <cassert>
#include <thread>

#include "claims.h"

int main() {
  lockstep::sync::internal::biased_index index;
  int written = 0;
  std::thread owner([&] {
    written = 1;
    claim_one(index);
  });
  if (index.load() == 1) assert(written == 1);
  if (claim_one(index) == 1) assert(written == 1);
  owner.join();
}
