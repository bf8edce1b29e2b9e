// expect: fail kind=data-race object=total
// options: --mode exhaustive
// flags: -llockstep_async_checked -llockstep_sync -luring -ldw
// A task locks the mutex that guards what it shares with a thread, and the thread forgets to.
#include <thread>

#include "lockstep/async/locks.h"
#include "lockstep/async/run.h"
#include "lockstep/async/time.h"
#include "lockstep/sync/mutex.h"

using namespace lockstep::async;

int total = 0;

task<> add(lockstep::sync::mutex& m) {
  auto guard = co_await lock(m);
  co_await sleep_for(std::chrono::seconds(1));
  ++total;
}

int main() {
  lockstep::sync::mutex m;
  std::thread other([] { ++total; });
  run(add(m), {.backend = backend_kind::simulated, .virtual_time = true});
  other.join();
}
