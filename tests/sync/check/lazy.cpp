// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// A lazy value is made once, seen whole by all, and destroyed once; who only peeks sees it whole or not at all.
#include <cassert>
#include <memory>
#include <thread>

#include "lockstep/sync/once.h"

int main() {
  int made = 0;
  lockstep::sync::lazy value([&] {
    ++made;
    return std::make_unique<int>(7);
  });
  std::thread a([&] { assert(**value == 7); });
  std::thread b([&] {
    if (auto* p = value.peek()) assert(**p == 7);
  });
  assert(*value.get() == 7);
  a.join();
  b.join();
  assert(made == 1);
}
