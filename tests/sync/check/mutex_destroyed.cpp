// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// The object that a mutex guards, and the mutex in it, may end as soon as the last user has unlocked.
#include <thread>

#include "lockstep/sync/mutex.h"

struct shared_object {
  lockstep::sync::mutex m;
  int users = 2;
};

int main() {
  auto* object = new shared_object;
  auto leave = [object] {
    object->m.lock();
    bool last = --object->users == 0;
    object->m.unlock();
    if (last) delete object;
  };
  std::thread other(leave);
  leave();
  other.join();
}
