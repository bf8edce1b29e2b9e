// expect: fail kind=deadlock pattern=lost-wakeup object=changed
// flags: -llockstep_sync
#include <mutex>
#include <thread>

#include "lockstep/sync/condition.h"
#include "lockstep/sync/mutex.h"

lockstep::sync::mutex m;
lockstep::sync::condition changed;

int main() {
  std::thread other([] { changed.notify_one(); });
  {
    std::unique_lock lock(m);
    changed.wait(lock);
  }
  other.join();
}
