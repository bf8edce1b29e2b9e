// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// A stop wakes the waiter, whenever it comes: before the wait, during it, or together with the notification, if there
// is one.
#include <cassert>
#include <mutex>
#include <stop_token>
#include <thread>

#include "lockstep/check.h"
#include "lockstep/sync/condition.h"

int main() {
  std::mutex m;
  lockstep::sync::condition changed;
  std::stop_source stop;
  bool ready = false, result = false;
  std::thread waiter([&] {
    std::unique_lock lock(m);
    result = changed.wait(lock, stop.get_token(), [&] { return ready; });
    assert(result == ready);
  });
  stop.request_stop();
  if (lockstep_choose(2)) {
    {
      std::lock_guard lock(m);
      ready = true;
    }
    changed.notify_one();
  }
  waiter.join();
}
