// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// A result of a pool of one, waited for from outside.
#include <cassert>

#include "lockstep/sync/thread_pool.h"

int main() {
  lockstep::sync::thread_pool pool(1);
  auto result = pool.submit([] { return 7; });
  assert(result.get() == 7);
}
