// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// Who waits longest is woken first, whether it still looks at the word or has gone to the queue since.
#include <cassert>
#include <mutex>
#include <thread>

#include "lockstep/sync/condition.h"

int main() {
  std::mutex m;
  lockstep::sync::condition changed;
  int waiting = 0, left = 0;
  bool over = false;
  auto wait = [&] {
    std::unique_lock lock(m);
    if (over) return;
    int place = waiting++;
    changed.wait(lock);
    if (!over) assert(place == 0 && left == 0);
    ++left;
  };
  std::thread first(wait), second(wait);
  {
    std::lock_guard lock(m);
    if (waiting == 2) changed.notify_one();
  }
  {
    std::lock_guard lock(m);
    over = true;
    changed.notify_all();
  }
  first.join();
  second.join();
}
