// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// Two phases of two threads, of which one does not wait for the second: the completion function runs once in each,
// after both arrivals and before both go on.
#include "lockstep/sync/barrier.h"

#include <cassert>
#include <thread>

int main() {
  int phases = 0;
  int value[2] = {};
  auto completed = [&]() noexcept {
    ++phases;
    assert(value[0] == value[1] && value[0] == phases);
  };
  lockstep::sync::barrier meet(2, completed);
  std::thread other([&] {
    value[1] = 1;
    meet.arrive_and_wait();
    assert(phases == 1);
    value[1] = 2;
    static_cast<void>(meet.arrive());
  });
  value[0] = 1;
  meet.arrive_and_wait();
  assert(phases == 1);
  value[0] = 2;
  meet.arrive_and_wait();
  assert(phases == 2);
  other.join();
}
