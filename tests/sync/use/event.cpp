// expect: pass complete
// options: --mode exhaustive
// flags: -llockstep_sync
// What was written before set() is there after wait(), however it waits.
#include "lockstep/sync/event.h"

#include <cassert>
#include <chrono>
#include <thread>

int main() {
  using namespace std::chrono_literals;
  lockstep::sync::event ready;
  lockstep::sync::auto_reset_event taken;
  int data = 0;
  std::thread one([&] {
    if (ready.wait_for(1ms)) assert(data == 1);
    taken.set();
  });
  std::jthread two([&](const std::stop_token& stop) {
    if (ready.wait(stop)) assert(data == 1);
  });
  data = 1;
  ready.set();
  two.request_stop();
  one.join();
  taken.wait();
}
