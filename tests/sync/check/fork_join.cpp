// expect: pass
// options: --mode pct --executions 2000
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// A fork in a pool of two: both functions run once, each on whatever worker, and the join comes after both.
#include "lockstep/sync/fork_join.h"

#include <cassert>

int main() {
  lockstep::sync::thread_pool pool(2);
  int a = 0;
  int b = 0;
  pool.submit([&] {
        lockstep::sync::fork_join(
            pool, [&] { ++a; }, [&] { ++b; });
        assert(a == 1 && b == 1);
      })
      .get();
}
