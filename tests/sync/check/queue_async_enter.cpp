// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -DLOCKSTEP_SYNC_NO_BIAS -llockstep_sync
// A coroutine begins to wait while a value is being pushed: it gets it, whichever comes first.
#include <cassert>
#include <thread>

#include "coroutine.h"
#include "lockstep/sync/bounded_queue.h"

detached take(lockstep::sync::bounded_queue<int>& queue, inline_executor& executor, std::optional<int>& got) {
  got = co_await queue.pop_async(executor);
}

int main() {
  lockstep::sync::bounded_queue<int> queue(1);
  inline_executor executor;
  std::optional<int> got;
  std::thread waiter([&] { take(queue, executor, got); });
  queue.push(1);
  waiter.join();
  assert(got == 1);
}
