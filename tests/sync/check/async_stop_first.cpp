// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// A stop that is requested before, while or after a coroutine goes to wait for an event that nobody sets always ends
// the wait.
#include <cassert>
#include <stop_token>
#include <thread>

#include "coroutine.h"
#include "lockstep/sync/event.h"

lockstep::sync::event never;
inline_executor executor;
bool resumed = false, passed = true;

detached wait_for_event(std::stop_token stop) {
  passed = co_await never.wait_async(executor, stop);
  resumed = true;
}

int main() {
  std::stop_source stop;
  std::thread stopper([&] { stop.request_stop(); });
  wait_for_event(stop.get_token());
  stopper.join();
  assert(resumed && !passed);
}
