// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -DLOCKSTEP_SYNC_NO_BIAS -llockstep_sync
// Two producers and a consumer on a queue of two, with the operations that do not wait: values come out once, in the
// order of each producer; "full" and "empty" are said only if the queue was so at one moment between call and return.
#include <cassert>
#include <thread>

#include "lockstep/sync/bounded_queue.h"

using lockstep::sync::queue_status;

int main() {
  lockstep::sync::bounded_queue<int> queue(2);
  std::thread a([&] { assert(queue.try_push(1) == queue_status::success); });
  std::thread b([&] {
    // One value of `a` at most is there: never full, and not empty after a push of one's own unless main took it.
    assert(queue.try_push(2) == queue_status::success);
  });
  std::optional<int> first = queue.try_pop();
  a.join();
  b.join();
  std::optional<int> second = queue.try_pop();
  std::optional<int> third = queue.try_pop();
  assert(second);
  assert(first.has_value() != third.has_value());
  int sum = first.value_or(0) + *second + third.value_or(0);
  assert(sum == 3);
}
