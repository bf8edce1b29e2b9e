// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// Two waiters, one in the word and one in the queue; two notifications, one each: both come back.
#include <cassert>
#include <mutex>
#include <thread>

#include "lockstep/sync/condition.h"

int main() {
  std::mutex m;
  lockstep::sync::condition changed;
  int items = 0, taken = 0;
  auto consume = [&] {
    std::unique_lock lock(m);
    changed.wait(lock, [&] { return items > 0; });
    --items;
    ++taken;
  };
  std::thread first(consume), second(consume);
  for (int i = 0; i < 2; ++i) {
    {
      std::lock_guard lock(m);
      ++items;
    }
    changed.notify_one();
  }
  first.join();
  second.join();
  assert(taken == 2 && items == 0);
}
