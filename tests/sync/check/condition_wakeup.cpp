// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// No lost wakeup: two consumers, two items, one notification each.
#include <cassert>
#include <mutex>
#include <thread>

#include "lockstep/sync/condition.h"
#include "lockstep/sync/mutex.h"

int main() {
  lockstep::sync::mutex m;
  lockstep::sync::condition changed;
  int items = 0, taken = 0;
  std::thread consumer([&] {
    std::unique_lock lock(m);
    changed.wait(lock, [&] { return items > 0; });
    --items;
    ++taken;
  });
  {
    std::lock_guard lock(m);
    ++items;
  }
  changed.notify_one();
  consumer.join();
  assert(taken == 1 && items == 0);
}
