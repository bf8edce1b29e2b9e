// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -DLOCKSTEP_SYNC_NO_BIAS -llockstep_sync
// A producer that waits at a full queue is let go by close(); the values before it are kept.
#include <cassert>
#include <thread>

#include "lockstep/sync/bounded_queue.h"

using lockstep::sync::queue_status;

int main() {
  lockstep::sync::bounded_queue<int> queue(1);
  queue.push(1);
  std::thread producer([&] { assert(queue.push(2) == queue_status::closed); });
  queue.close();
  producer.join();
  assert(queue.pop() == 1 && !queue.pop());
}
