// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// Two readers and a writer exclude each other; everybody gets in.
#include <cassert>
#include <thread>

#include "lockstep/sync/shared_mutex.h"

int main() {
  lockstep::sync::shared_mutex m;
  int a = 0, b = 0;
  std::thread writer([&] {
    m.lock();
    ++a;
    ++b;
    m.unlock();
  });
  auto read = [&] {
    m.lock_shared();
    assert(a == b);
    m.unlock_shared();
  };
  std::thread reader(read);
  read();
  writer.join();
  reader.join();
  assert(a == 1);
  assert(m.try_lock());
  m.unlock();
}
