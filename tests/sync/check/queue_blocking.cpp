// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -DLOCKSTEP_SYNC_NO_BIAS -llockstep_sync
// A queue of one between a producer and a consumer that wait for each other: nothing is lost, no wakeup either, the
// order is kept, and what was written before a push is seen after its pop.
#include <cassert>
#include <thread>

#include "lockstep/sync/bounded_queue.h"

int main() {
  lockstep::sync::bounded_queue<int> queue(1);
  int written = 0;
  std::thread producer([&] {
    written = 7;
    queue.push(1);
    queue.push(2);
  });
  assert(queue.pop() == 1);
  assert(written == 7);
  assert(queue.pop() == 2);
  producer.join();
}
