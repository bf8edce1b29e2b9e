// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// A wait whose time may be up at any moment against the last count_down.
#include <cassert>
#include <chrono>
#include <thread>

#include "lockstep/sync/latch.h"

using namespace std::chrono_literals;

int main() {
  lockstep::sync::latch latch(1);
  int data = 0;
  std::thread impatient([&] {
    if (latch.wait_until(std::chrono::steady_clock::time_point(1s))) assert(data == 1);
  });
  data = 1;
  latch.count_down();
  latch.wait();
  impatient.join();
}
