// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// Who waits says so and looks at the position; the owner claims and looks whether somebody waits: one sees the other,
// also if the owner is only becoming it.
#include <atomic>
#include <cassert>
#include <thread>

#include "claims.h"

int main() {
  lockstep::sync::internal::biased_index index;
  std::atomic<int> waits{0};
  bool seen = false;
  std::thread owner([&] {
    claim_one(index);
    seen = waits.load(std::memory_order_seq_cst) != 0;
  });
  waits.fetch_add(1, std::memory_order_seq_cst);
  std::uint64_t position = index.load_settled();
  owner.join();
  assert(seen || position == 1);
}
