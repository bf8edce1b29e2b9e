// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// A reader and a writer exclude each other under the other policies too; both get in, though neither is there for long.
#include <cassert>
#include <thread>

#include "lockstep/check.h"
#include "lockstep/sync/shared_mutex.h"

using namespace lockstep::sync;

template <class Policy>
void run() {
  basic_shared_mutex<Policy> m;
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
  read();
  writer.join();
  assert(a == 1);
  assert(m.try_lock());
  m.unlock();
}

int main() {
  if (lockstep_choose(2))
    run<reader_priority>();
  else
    run<arrival_order>();
}
