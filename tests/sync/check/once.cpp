// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// The function runs once and all callers see what it did; after one that throws, somebody runs it again.
#include "lockstep/sync/once.h"

#include <cassert>
#include <thread>

int main() {
  lockstep::sync::once once;
  int runs = 0;
  int made = 0;
  auto make = [&] {
    if (++runs == 1) throw 1;
    made = 7;
  };
  auto caller = [&] {
    try {
      once.call(make);
      assert(made == 7);
    } catch (int) {
    }
  };
  std::thread a(caller);
  std::thread b(caller);
  a.join();
  b.join();
  assert(runs == 2 && made == 7);
}
