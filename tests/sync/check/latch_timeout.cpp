// expect: pass complete
// A wait whose time may be up at any moment against the last count_down, which another thread waits for as well.
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
  std::thread opener([&] {
    data = 1;
    latch.count_down();
  });
  latch.wait();
  assert(data == 1);
  impatient.join();
  opener.join();
}
