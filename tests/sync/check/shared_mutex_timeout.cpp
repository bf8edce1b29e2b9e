// expect: pass complete
// options: --mode exhaustive
// flags: -llockstep_sync
// A writer that gives up lets in the readers that it kept out, while another reader stays inside.
#include <cassert>
#include <chrono>
#include <thread>

#include "lockstep/check.h"
#include "lockstep/sync/shared_mutex.h"

using namespace lockstep::sync;

template <class Policy>
void run() {
  basic_shared_mutex<Policy> m;
  int n = 0;
  m.lock_shared();
  bool wrote = false;
  std::thread writer([&] {
    wrote = m.try_lock_for(std::chrono::milliseconds(1));
    if (wrote) {
      ++n;
      m.unlock();
    }
  });
  std::thread reader([&] {
    m.lock_shared();
    m.unlock_shared();
  });
  reader.join();  // while main still reads: the writer's timeout must let it in
  m.unlock_shared();
  writer.join();
  assert(n == wrote);
  assert(m.try_lock());
  m.unlock();
}

int main() {
  if (lockstep_choose(2))
    run<writer_priority>();
  else
    run<arrival_order>();
}
