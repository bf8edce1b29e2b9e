// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -DLOCKSTEP_SYNC_NO_BIAS -llockstep_sync
// try_pop says "empty" only of an empty queue, though the producer before it has claimed its cell and not filled it
// yet: what this thread has pushed itself, or something before it, is there.
#include <cassert>
#include <thread>

#include "lockstep/sync/bounded_queue.h"

using lockstep::sync::queue_status;

int main() {
  lockstep::sync::bounded_queue<int> queue(2);
  std::thread slow([&] { assert(queue.try_push(1) == queue_status::success); });
  assert(queue.try_push(2) == queue_status::success);
  std::optional<int> got = queue.try_pop();
  assert(got == 1 || got == 2);
  slow.join();
  assert(queue.try_pop() && !queue.try_pop());
}
