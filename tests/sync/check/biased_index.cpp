// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// An owner that claims twice while another thread takes the position from it: each place is claimed once, without gaps,
// and what was written before a claim is seen by those who claim behind it.
#include <cassert>
#include <thread>

#include "claims.h"

int main() {
  lockstep::sync::internal::biased_index index;
  int written[3] = {};
  std::thread owner([&] { assert(take(index, written) != take(index, written)); });
  take(index, written);
  owner.join();
  assert(index.load() == 3);
}
