// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -DLOCKSTEP_SYNC_NO_BIAS -llockstep_sync
// try_push says "full" only of a full queue, though the consumer before it has not emptied its cell yet.
#include <cassert>
#include <thread>

#include "lockstep/sync/bounded_queue.h"

using lockstep::sync::queue_status;

int main() {
  lockstep::sync::bounded_queue<int> queue(2);
  queue.try_push(1);
  queue.try_push(2);
  std::thread slow([&] { assert(queue.try_pop()); });
  std::optional<int> mine = queue.try_pop();
  assert(mine);
  assert(queue.try_push(3) == queue_status::success);
  slow.join();
  assert(queue.try_pop() == 3 && !queue.try_pop());
}
