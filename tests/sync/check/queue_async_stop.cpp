// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -DLOCKSTEP_SYNC_NO_BIAS -llockstep_sync
// A coroutine's pop that is stopped against the push that would end it: it is resumed once, and either it has the value
// or the queue still has.
#include <cassert>
#include <stop_token>
#include <thread>

#include "coroutine.h"
#include "lockstep/sync/bounded_queue.h"

detached take(lockstep::sync::bounded_queue<int>& queue, inline_executor& executor, std::stop_token stop,
              std::optional<int>& got, int& resumed) {
  got = co_await queue.pop_async(executor, stop);
  ++resumed;
}

int main() {
  lockstep::sync::bounded_queue<int> queue(1);
  inline_executor executor;
  std::stop_source stop;
  std::optional<int> got;
  int resumed = 0;
  take(queue, executor, stop.get_token(), got, resumed);
  std::thread pusher([&] { queue.push(1); });
  stop.request_stop();
  pusher.join();
  assert(resumed == 1);
  std::optional<int> left = queue.try_pop();
  assert(got.has_value() != left.has_value());
}
