// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -DLOCKSTEP_SYNC_NO_BIAS -llockstep_sync
// A pop that is stopped against the push that would end it: either it has the value or the queue still has.
#include <cassert>
#include <stop_token>
#include <thread>

#include "lockstep/sync/bounded_queue.h"

int main() {
  lockstep::sync::bounded_queue<int> queue(1);
  std::stop_source stop;
  std::optional<int> got;
  std::thread consumer([&] { got = queue.pop(stop.get_token()); });
  stop.request_stop();
  queue.push(1);
  consumer.join();
  std::optional<int> left = queue.try_pop();
  assert(got.has_value() != left.has_value());
}
