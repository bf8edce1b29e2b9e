// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// A recursive mutex excludes others until the last unlock.
#include <cassert>
#include <thread>

#include "lockstep/sync/recursive_mutex.h"

int main() {
  lockstep::sync::recursive_mutex m;
  int n = 0;
  auto twice = [&] {
    m.lock();
    ++n;
    bool again = m.try_lock();
    assert(again);
    ++n;
    m.unlock();
    ++n;
    m.unlock();
  };
  std::thread other(twice);
  twice();
  other.join();
  assert(n == 6);
}
