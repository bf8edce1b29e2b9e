// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// A second producer takes the end from the first one, which is pushing: both values get in, and come out once each.
#include <cassert>
#include <thread>

#include "lockstep/sync/bounded_queue.h"

using lockstep::sync::queue_status;

int main() {
  lockstep::sync::bounded_queue<int> queue(2);
  std::thread first([&] { assert(queue.try_push(1) == queue_status::success); });
  assert(queue.try_push(2) == queue_status::success);
  first.join();
  assert(*queue.try_pop() + *queue.try_pop() == 3);
  assert(!queue.try_pop());
}
