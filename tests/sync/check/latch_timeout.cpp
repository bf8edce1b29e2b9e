// expect: pass complete
// A wait whose time may be up at any moment, and one that is stopped, against the last count_down; another waiter gets
// through all the same.
#include <cassert>
#include <stop_token>
#include <thread>

#include "lockstep/sync/latch.h"

using namespace std::chrono_literals;

int main() {
  lockstep::sync::latch latch(1);
  std::stop_source stop;
  int data = 0;
  std::thread impatient([&] {
    if (latch.wait_until(std::chrono::steady_clock::time_point(1s), stop.get_token())) assert(data == 1);
  });
  std::thread patient([&] {
    latch.wait();
    assert(data == 1);
  });
  data = 1;
  latch.count_down();
  stop.request_stop();
  impatient.join();
  patient.join();
}
