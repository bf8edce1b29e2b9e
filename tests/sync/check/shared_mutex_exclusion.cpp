// expect: pass complete
// options: --mode exhaustive
// flags: -llockstep_sync
// Readers and a writer exclude each other, under each policy; everybody gets in.
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
  std::thread reader(read);
  read();
  writer.join();
  reader.join();
  assert(a == 1);
  assert(m.try_lock());
  m.unlock();
}

int main() {
  switch (lockstep_choose(3)) {
    case 0:
      return run<writer_priority>(), 0;
    case 1:
      return run<reader_priority>(), 0;
    default:
      return run<arrival_order>(), 0;
  }
}
