// expect: pass complete
// options: --mode exhaustive
// flags: -llockstep_sync
#include <cassert>
#include <mutex>
#include <thread>

#include "lockstep/sync/recursive_mutex.h"

lockstep::sync::recursive_mutex m;
int n;

void twice() {
  std::lock_guard outer(m);
  std::lock_guard inner(m);
  ++n;
}

int main() {
  std::thread other(twice);
  twice();
  other.join();
  assert(n == 2);
}
