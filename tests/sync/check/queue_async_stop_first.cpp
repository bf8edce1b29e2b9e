// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -DLOCKSTEP_SYNC_NO_BIAS -llockstep_sync
// A coroutine begins to wait while its token is being stopped: it is resumed once, whichever comes first.
#include <cassert>
#include <stop_token>
#include <thread>

#include "coroutine.h"
#include "lockstep/sync/bounded_queue.h"

detached take(lockstep::sync::bounded_queue<int>& queue, inline_executor& executor, std::stop_token stop,
              int& resumed) {
  std::optional<int> none = co_await queue.pop_async(executor, stop);
  assert(!none);
  ++resumed;
}

int main() {
  lockstep::sync::bounded_queue<int> queue(1);
  inline_executor executor;
  std::stop_source stop;
  int resumed = 0;
  std::thread waiter([&] { take(queue, executor, stop.get_token(), resumed); });
  stop.request_stop();
  waiter.join();
  assert(resumed == 1);
}
