// expect: pass complete
// options: --mode exhaustive
// flags: -llockstep_async_checked -llockstep_sync -luring -ldw
// A task holds a mutex for two seconds, another waits for it for one: virtual time goes on though a mutex is waited for,
// they never hold it together, and whoever gave up has let go.
#include <cassert>
#include <chrono>

#include "lockstep/async/errors.h"
#include "lockstep/async/locks.h"
#include "lockstep/async/run.h"
#include "lockstep/async/time.h"
#include "lockstep/async/timeout.h"
#include "lockstep/async/when_all.h"
#include "lockstep/sync/mutex.h"

using namespace lockstep::async;
using namespace std::chrono_literals;

int holders = 0;
struct held {
  held() { assert(++holders == 1); }
  ~held() { --holders; }
};

task<> hold(lockstep::sync::mutex& m) {
  auto guard = co_await lock(m);
  held now;
  co_await sleep_for(2s);
}
task<> give_up(lockstep::sync::mutex& m) {
  try {
    co_await with_timeout(1s, hold(m));
  } catch (const timeout_error&) {
  }
}
task<> program(lockstep::sync::mutex& m) { co_await when_all(hold(m), give_up(m)); }

int main() {
  lockstep::sync::mutex m;
  run(program(m), {.backend = backend_kind::simulated, .virtual_time = true});
  assert(m.try_lock());
  m.unlock();
}
