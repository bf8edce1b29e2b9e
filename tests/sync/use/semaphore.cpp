// expect: pass complete
// options: --mode exhaustive
// flags: -llockstep_sync
// Several permits come at once; who does not want to wait for ever takes what is there.
#include "lockstep/sync/semaphore.h"

#include <cassert>
#include <chrono>
#include <stop_token>
#include <thread>

int main() {
  using namespace std::chrono_literals;
  lockstep::sync::semaphore s(0);
  std::stop_source stop;
  int got = 0;
  std::thread taker([&] {
    got += s.try_acquire_for(1ms);
    got += s.acquire(stop.get_token());
    got += s.try_acquire();
  });
  s.release(2);
  stop.request_stop();
  taker.join();
  assert(s.permits() == 2 - got);
}
