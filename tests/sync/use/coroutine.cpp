// expect: pass complete
// options: --mode exhaustive
// flags: -llockstep_sync
// A coroutine and a thread share a mutex, and neither gets in the other's way.
#include "../check/coroutine.h"

#include <cassert>
#include <coroutine>
#include <mutex>
#include <thread>

#include "lockstep/sync/event.h"
#include "lockstep/sync/mutex.h"

lockstep::sync::mutex m;
lockstep::sync::event done;
int n;
inline_executor executor;

detached add() {
  {
    auto guard = co_await m.lock_async(executor);
    ++n;
  }
  done.set();
}

int main() {
  std::thread other([] {
    std::lock_guard lock(m);
    ++n;
  });
  add();
  done.wait();
  other.join();
  assert(n == 2);
}
