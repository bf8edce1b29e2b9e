// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// A pool of one: what was posted is run before the pool is gone, and what was written before post() is seen.
#include <cassert>

#include "lockstep/sync/thread_pool.h"

int main() {
  int data = 0;
  int seen = 0;
  {
    lockstep::sync::thread_pool pool(1);
    data = 1;
    pool.post([&] { seen = data; });
  }
  assert(seen == 1);
}
