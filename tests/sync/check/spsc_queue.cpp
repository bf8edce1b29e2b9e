// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// One producer, one consumer, a queue of one, so that each waits for the other: nothing is lost, no wakeup either, and
// what was written before a push is seen after its pop.
#include "lockstep/sync/spsc_queue.h"

#include <cassert>
#include <thread>

int main() {
  lockstep::sync::spsc_queue<int> queue(1);
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
