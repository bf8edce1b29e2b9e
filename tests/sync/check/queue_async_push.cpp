// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -DLOCKSTEP_SYNC_NO_BIAS -llockstep_sync
// A coroutine waits for room and a consumer takes: its value gets in once; close() lets another one go with nothing
// done.
#include <cassert>
#include <thread>

#include "coroutine.h"
#include "lockstep/sync/bounded_queue.h"

using lockstep::sync::queue_status;

detached put(lockstep::sync::bounded_queue<int>& queue, inline_executor& executor, int value, queue_status& status) {
  status = co_await queue.push_async(value, executor);
}

int main() {
  lockstep::sync::bounded_queue<int> queue(1);
  inline_executor executor;
  queue_status first = queue_status::full;
  queue_status second = queue_status::full;
  queue.push(1);
  put(queue, executor, 2, first);
  put(queue, executor, 3, second);
  std::optional<int> got;
  std::thread consumer([&] { got = queue.pop(); });
  queue.close();
  consumer.join();
  assert(got == 1);
  assert(first == queue_status::success || first == queue_status::closed);
  assert(second == queue_status::closed);
  assert(queue.try_pop().has_value() == (first == queue_status::success));
}
