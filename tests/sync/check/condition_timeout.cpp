// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// Timeout against notification: a notification taken by nobody is not lost for the waiter that stays.
#include <cassert>
#include <chrono>
#include <mutex>
#include <thread>

#include "lockstep/sync/condition.h"

// The parking table is what is checked here, so the mutex is one that the checker takes as one step.
int main() {
  std::mutex m;
  lockstep::sync::condition changed;
  bool ready = false;
  lockstep::sync::wait_status hasty = lockstep::sync::wait_status::notified;
  std::thread gives_up([&] {
    std::unique_lock lock(m);
    if (!ready) hasty = changed.wait_for(lock, std::chrono::milliseconds(1));
  });
  std::thread stays([&] {
    std::unique_lock lock(m);
    changed.wait(lock, [&] { return ready; });
  });
  {
    std::lock_guard lock(m);
    ready = true;
  }
  changed.notify_all();
  stays.join();
  gives_up.join();
  assert(ready);
}
