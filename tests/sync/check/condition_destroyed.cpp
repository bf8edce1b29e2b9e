// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// Once all waiters are notified the condition may be destroyed, though none of them has returned.
#include <memory>
#include <mutex>
#include <thread>

#include "lockstep/sync/condition.h"

int main() {
  std::mutex m;
  auto changed = std::make_unique<lockstep::sync::condition>();
  bool waits = false, ready = false;
  std::thread waiter([&] {
    std::unique_lock lock(m);
    waits = true;
    if (!ready) changed->wait(lock);
  });
  {
    std::lock_guard lock(m);
    ready = true;
    if (waits) changed->notify_one();
  }
  changed.reset();
  waiter.join();
}
