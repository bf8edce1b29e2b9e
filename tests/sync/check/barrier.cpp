// expect: pass complete
// Two phases of two threads: the completion function runs once in each, after both arrivals and before both go on.
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
    for (int i = 1; i <= 2; ++i) {
      value[1] = i;
      meet.arrive_and_wait();
      assert(phases == i);
    }
  });
  for (int i = 1; i <= 2; ++i) {
    value[0] = i;
    meet.arrive_and_wait();
    assert(phases == i);
  }
  other.join();
  assert(phases == 2);
}
