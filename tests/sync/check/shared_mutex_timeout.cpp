// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
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

// A reader that gives up behind a writer does not let the writer in while another reader is inside.
void reader_gives_up() {
  shared_mutex m;
  int n = 0;
  m.lock_shared();
  std::thread writer([&] {
    m.lock();
    ++n;
    m.unlock();
  });
  std::thread reader([&] {
    if (m.try_lock_shared_for(std::chrono::milliseconds(1))) m.unlock_shared();
  });
  assert(n == 0);
  m.unlock_shared();
  reader.join();
  writer.join();
  assert(n == 1);
}

int main() {
  switch (lockstep_choose(3)) {
    case 0:
      return run<writer_priority>(), 0;
    case 1:
      return run<arrival_order>(), 0;
    default:
      return reader_gives_up(), 0;
  }
}
