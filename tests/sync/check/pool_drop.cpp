// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// A result that is dropped unread: the function runs all the same, and the last of the two sides frees what they share.
#include <cassert>
#include <memory>

#include "lockstep/sync/thread_pool.h"

int main() {
  auto value = std::make_shared<int>(7);
  {
    lockstep::sync::thread_pool pool(1);
    auto result = pool.submit([value] { return value; });
  }
  assert(value.use_count() == 1);
}
