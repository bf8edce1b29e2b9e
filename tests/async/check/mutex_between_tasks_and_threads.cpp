// expect: pass complete
// options: --mode exhaustive
// flags: -llockstep_async_checked -llockstep_sync -luring -ldw
// Two tasks and a thread share a counter and lock the same mutex; the tasks hold it over an await.
#include <cassert>
#include <mutex>
#include <thread>

#include "lockstep/async/locks.h"
#include "lockstep/async/run.h"
#include "lockstep/async/time.h"
#include "lockstep/async/when_all.h"
#include "lockstep/sync/mutex.h"

using namespace lockstep::async;

int total = 0;

task<> add(lockstep::sync::mutex& m) {
  auto guard = co_await lock(m);
  int seen = total;
  co_await yield();
  total = seen + 1;
}
task<> program(lockstep::sync::mutex& m) { co_await when_all(add(m), add(m)); }

int main() {
  lockstep::sync::mutex m;
  std::thread other([&] {
    std::scoped_lock lock(m);
    ++total;
  });
  run(program(m), {.backend = backend_kind::simulated, .virtual_time = true});
  other.join();
  assert(total == 3);
}
